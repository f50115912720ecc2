"""Keeps children running: started in order, restarted when they die, stopped in the reverse order, never orphaned."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from engine.process.tether import needs_pipe, tied

_log = structlog.get_logger(__name__)
_FIRST_PAUSE = timedelta(milliseconds=100)
_LONGEST_PAUSE = timedelta(seconds=10)
_STABLE = timedelta(seconds=30)
"""A child that has lived this long is restarted quickly."""
_STANDARD_ERROR = 2


@dataclass(frozen=True)
class ChildSpec:
    """How to start a child and how to stop it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: timedelta = timedelta(seconds=10)
    """After that it is killed."""
    speaks: bool = True
    """Whether its standard output is worth showing; it goes to standard error, as ours is for the answer."""


class Child:
    """A child that is kept running until `stop` is called."""

    def __init__(self, spec: ChildSpec, changed: Callable[[], None], leash: int | None) -> None:
        self.spec = spec
        self.exits = 0
        """How often it has ended by itself."""
        self.last_code: int | None = None
        self._changed = changed
        self._leash = leash
        self._stop = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._task = asyncio.ensure_future(self._keep())

    @property
    def pid(self) -> int | None:
        """Its process id; None while it is down."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def stop(self) -> None:
        """Stop it and wait for its end."""
        self._stop.set()
        await self._task

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            began = loop.time()
            code = await self._live()
            if self._stop.is_set():
                return
            self.exits, self.last_code = self.exits + 1, code
            if loop.time() - began > _STABLE.total_seconds():
                pause = _FIRST_PAUSE
            _log.warning("a child has ended; starting it again", child=self.spec.name, code=code, pause=str(pause))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause.total_seconds())
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _live(self) -> int | None:
        """One life: its exit code, or None when it could not be started."""
        try:
            process = await self._spawn()
        except OSError:
            _log.exception("a child cannot be started", child=self.spec.name)
            return None
        self._process = process
        self._changed()
        ended, stopped = asyncio.ensure_future(process.wait()), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not ended.done():
            _signal_group(process.pid, self.spec.stop_signal)
            await asyncio.wait({ended}, timeout=self.spec.stop_within.total_seconds())
        # what it may have started itself, or itself when it would not stop
        _signal_group(process.pid, signal.SIGKILL)
        return await ended

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *tied(self.spec.command, self._leash),
            env=dict(self.spec.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=_STANDARD_ERROR if self.spec.speaks else asyncio.subprocess.DEVNULL,
            # a group of its own: Ctrl-C in the terminal reaches us alone, and we stop the children in order
            start_new_session=True,
            pass_fds=() if self._leash is None else (self._leash,),
        )


class Supervisor:
    """All children. Use it in the main thread (see `engine.process.tether`)."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when a child has been started, first or again."""
        self.children: list[Child] = []
        self._changed = changed
        # the writing end is never passed on: it closes when this process ends
        self._leash: int | None = None
        self._hand: int | None = None
        if needs_pipe():
            self._leash, self._hand = os.pipe()

    def start(self, spec: ChildSpec) -> Child:
        """Start a child and keep it running."""
        child = Child(spec, self._changed, self._leash)
        self.children.append(child)
        return child

    def pids(self) -> dict[str, int]:
        """The process ids of the children that run now."""
        return {child.spec.name: child.pid for child in self.children if child.pid is not None}

    async def stop(self) -> None:
        """Stop all, the last first: a child needs those that were started before it."""
        for child in reversed(self.children):
            await child.stop()
        for end in (self._leash, self._hand):
            if end is not None:
                os.close(end)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
