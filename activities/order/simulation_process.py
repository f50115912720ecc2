"""Simulations played in a process of their own: they want a processor for minutes, and the worker has other work."""

import asyncio
import os
import sys

from temporalio.exceptions import ApplicationError

from engine.process.tether import needs_pipe, tied

CANNOT_BE_PLAYED = "cannot-be-played"
_CANNOT = 3
_OURS = "ROTATOR_"
"""What the environment says to the service only: a simulation opens neither store nor vault."""
_KEPT = 500
"""How many characters of the end of a process's error output are kept."""


async def in_its_own_process(what: str, given: str) -> str:
    """What `python -m simulation` makes of `given`. It ends with this process, and when no caller waits any more.

    Raises:
        ApplicationError: of type `cannot-be-played` when the plan cannot be; else as to be tried again.
    """
    read, write = os.pipe() if needs_pipe() else (None, None)
    try:
        process = await asyncio.create_subprocess_exec(
            *tied((sys.executable, "-P", "-m", "simulation", what), read),
            env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=() if read is None else (read,),
        )
        try:
            output, errors = await process.communicate(given.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    finally:
        for end in (read, write):
            if end is not None:
                os.close(end)
    reason = errors.decode(errors="replace").strip()[-_KEPT:]
    if process.returncode == _CANNOT:
        raise ApplicationError(reason, type=CANNOT_BE_PLAYED, non_retryable=True)
    if process.returncode != 0:
        raise ApplicationError(f"the simulation ended with {process.returncode}: {reason}", type="simulation-failed")
    return output.decode()
