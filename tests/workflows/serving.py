"""A worker for as long as a test needs one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.worker import Worker

_ENDS_WITHIN = 30
"""Seconds for a worker to end."""
_ENDING: set[asyncio.Task[None]] = set()
"""Workers that have not ended yet: a task that is not kept anywhere is forgotten in its midst."""


@asynccontextmanager
async def serving(worker: Worker) -> AsyncIterator[None]:
    """Run the worker.

    The end of a worker whose workflow was terminated has hung for ever in a whole run, for a cause that is not known:
    no thread worked, no timer ran. The test has looked at everything by then, and no other test has that queue, so
    such a worker is left behind.
    """
    await worker.__aenter__()
    try:
        yield
    finally:
        ending = asyncio.create_task(worker.__aexit__(None, None, None))
        _ENDING.add(ending)
        if (await asyncio.wait({ending}, timeout=_ENDS_WITHIN))[0]:
            _ENDING.remove(ending)
            ending.result()
