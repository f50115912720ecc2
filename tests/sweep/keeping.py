"""Processes of a lane: started, killed, and at once started again."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from engine.process.tether import tied

ROOT = Path(__file__).parents[2]
_STOPS_WITHIN = 20
_READY_WITHIN = 60
_LOOK = 0.02


class Kept:
    """A process that is started again whenever it dies, until `stop` is called. It dies with this one."""

    _all: ClassVar[set["Kept"]] = set()

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.out = folder / f"{name}.out"
        self.lives = 0
        self._command = tied(tuple(command))
        self._environment = {**environment, "PYTHONPATH": str(ROOT)}
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        Kept._all.add(self)
        self._task = asyncio.ensure_future(self._keep())

    @classmethod
    def module(cls, module: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> "Kept":
        """`python -m MODULE`."""
        return cls(module.rpartition(".")[2], (sys.executable, "-m", module, *arguments), environment, folder)

    @classmethod
    def end_all(cls) -> None:
        """Kill every process that is kept, and start none again."""
        for each in cls._all:
            each._stopping = True
            each.kill()

    def kill(self) -> None:
        """Kill it with -9."""
        self._signal(signal.SIGKILL)

    def kill_innermost(self) -> None:
        """Kill with -9 what `tests.sweep.again` runs, which has another one run at once; else the process itself."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                for pid in _innermost(self._process.pid):
                    os.kill(pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        # not by the process object: it would look for the exit code, and then its waiter finds none
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def printed(self) -> dict[str, Any]:
        """The line of JSON that the process prints when it is ready."""
        async with asyncio.timeout(_READY_WITHIN):
            while not (text := self.out.read_text() if self.out.exists() else "").endswith("\n"):  # noqa: ASYNC110 - it lies in another process
                await asyncio.sleep(_LOOK)
        described: dict[str, Any] = json.loads(text)
        return described

    async def stop(self) -> None:
        """Stop it in good order."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            self._signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOPS_WITHIN)
            except TimeoutError:
                self._signal(signal.SIGKILL)
        await self._task
        Kept._all.discard(self)

    async def _keep(self) -> None:
        while not self._stopping:
            self.lives += 1
            with self.log.open("ab") as log, self.out.open("wb") as out:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, cwd=ROOT, env=self._environment, stdin=asyncio.subprocess.DEVNULL,
                    stdout=out, stderr=log, start_new_session=True,
                )  # fmt: skip
            await self._process.wait()
            # what it had started goes with it
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


def _innermost(pid: int) -> list[int]:
    """The processes below this one that have none below them; itself, where there is none."""
    with contextlib.suppress(FileNotFoundError):
        below = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [each for child in below for each in _innermost(child)] or [pid]
    return []
