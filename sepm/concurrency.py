"""Several calls at once, but not too many: no limit of SEPM is documented, and its API service was seen to crash."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")


async def each(items: Iterable[Given], call: Callable[[Given], Awaitable[Result]], *, at_once: int) -> list[Result]:
    """The results of `call` for all items, in their order.

    The first failure ends the others and is raised as it is, not as a group.
    """
    waiting = enumerate(items)
    results: dict[int, Result] = {}

    async def work() -> None:
        for place, item in waiting:  # shared by the workers: each takes the next one
            results[place] = await call(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [results[place] for place in sorted(results)]
