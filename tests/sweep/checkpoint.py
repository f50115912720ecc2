"""Within an instrumented process: what it is doing, and the report of each place it passes, to the lane that runs it.

The process waits for the lane's answer. Where it is the victim there is none: it is killed.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from store.database.database import Database

SOCKET = "SWEEP_SOCKET"
"""The environment variable that names the lane's socket."""


@dataclass
class Doing:
    """An execution of an activity or of a call."""

    process: str
    kind: str
    id: int = field(default_factory=count(1).__next__)
    """Within its process."""
    passes: Counter[tuple[str, str]] = field(default_factory=Counter)


GO_ON, DEAD = b"go on\n", b"dead\n"
_OURS = -1
_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)


def begin(process: str, kind: str) -> None:
    """From now on, this task is doing that."""
    _doing.set(Doing(process, kind))


async def passing(effect: str, side: str, *, step: str = "", pid: int | None = _OURS) -> bool:
    """Report the place, and wait for the lane's answer. `pid`: of another process that would die; None: it is dead.

    False: the process that would have the effect was killed, and the caller leaves the effect out.
    """
    doing = _doing.get()
    if doing is None:
        return True
    doing.passes[effect, side] += 1
    report = {
        "process": doing.process,
        "kind": doing.kind,
        "effect": effect,
        "side": side,
        "pid": os.getpid() if pid == _OURS else pid or 0,
        "execution": doing.id,
        "number": doing.passes[effect, side],
        "step": step,
    }
    reader, writer = await asyncio.open_unix_connection(os.environ[SOCKET])
    try:
        writer.write(json.dumps(report).encode() + b"\n")
        await writer.drain()
        return await reader.readline() == GO_ON
    finally:
        writer.close()


Transaction = Callable[[Database], AbstractAsyncContextManager[Any]]
WRITES = ("write", "write_rows")
"""Every way in which the store writes; a test holds this against what a database offers."""


def watch_commits() -> None:
    """Report every transaction that writes, just before and just after its commit, by the method that makes it."""
    for name in WRITES:
        setattr(Database, name, _watched(getattr(Database, name)))


def _watched(original: Transaction) -> Transaction:
    @asynccontextmanager
    async def watched(transaction: AbstractAsyncContextManager[Any], effect: str) -> AsyncIterator[Any]:
        async with transaction as session:
            yield session
            await passing(effect, "before")
        await passing(effect, "after")

    def write(self: Database) -> AbstractAsyncContextManager[Any]:
        return watched(original(self), f"commit {sys._getframe(1).f_code.co_qualname}")

    return write
