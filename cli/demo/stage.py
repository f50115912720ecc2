"""The stage of a demo: processes of its own in a folder of its own, and nothing of them left behind."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from cli.language.wording import _
from engine.process.tether import needs_pipe, tied

_PREFIX = "ROTATOR_"
_BINARY = "ROTATOR_TEMPORAL_BINARY"
_READY_WITHIN = timedelta(seconds=90)
_STOPS_WITHIN = timedelta(seconds=20)
_TAIL = 15
_CHUNK = 65536


class StageError(Exception):
    """A process of the demo does not run; the message holds the end of its log."""


@dataclass(frozen=True)
class Actor:
    """One process: what it says goes to us, what it logs to a file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def failure(self, what: str) -> StageError:
        """An error with the last lines of the log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-_TAIL:]
        return StageError(
            "\n".join((_("%(process)s %(what)s; the end of its log:", process=self.name, what=what), *lines))
        )


class DemoProcesses:
    """Starts processes and stops them. Use it in the main thread (see `engine.process.tether`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._actors: list[Actor] = []
        # the writing end is never passed on: it closes when this process ends
        self._leash: int | None = None
        self._hand: int | None = None
        if needs_pipe():
            self._leash, self._hand = os.pipe()

    def start(self, name: str, arguments: Sequence[str], **environment: str) -> Actor:
        """Start `python -m ARGUMENTS`, which dies with this process, even when this one is killed."""
        log = self.folder / f"{name}.log"
        # -P: whatever lies in the working directory, the modules are those of this installation
        command = tied((sys.executable, "-P", "-m", *arguments), self._leash)
        with log.open("ab") as file:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                command,
                env={**_neutral_environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                # Ctrl-C in the terminal reaches us alone, and we stop the others
                start_new_session=True,
                pass_fds=() if self._leash is None else (self._leash,),
            )
        actor = Actor(name, process, log)
        self._actors.append(actor)
        return actor

    def environment(self, actor: Actor) -> dict[str, Any]:
        """The line of JSON that a process says when it is ready.

        Raises:
            StageError: when it ends before, or takes too long.
        """
        assert actor.process.stdout is not None  # noqa: S101 - it was started with a pipe
        handle = actor.process.stdout.fileno()
        text = b""
        deadline = time.monotonic() + _READY_WITHIN.total_seconds()
        while b"\n" not in text:
            ready, *_others = select.select([handle], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise actor.failure(_("is not ready after %(seconds)s s", seconds=_READY_WITHIN.seconds))
            part = os.read(handle, _CHUNK)
            if not part:
                raise actor.failure(_("ended before it was ready"))
            text += part
        described: dict[str, Any] = json.loads(text.partition(b"\n")[0])
        return described

    def check(self) -> None:
        """Make sure that everything runs.

        Raises:
            StageError: when a process has ended.
        """
        for actor in self._actors:
            if (code := actor.process.poll()) is not None:
                raise actor.failure(_("ended with code %(code)s", code=str(code)))

    def stop(self) -> None:
        """Stop all processes; one that does not stop in time is killed."""
        for actor in self._actors:
            _signal_group(actor.process, signal.SIGTERM)
        deadline = time.monotonic() + _STOPS_WITHIN.total_seconds()
        for actor in self._actors:
            with contextlib.suppress(subprocess.TimeoutExpired):
                actor.process.wait(max(0, deadline - time.monotonic()))
            _signal_group(actor.process, signal.SIGKILL)
            actor.process.wait()
            if actor.process.stdout is not None:
                actor.process.stdout.close()
        for end in (self._leash, self._hand):
            if end is not None:
                os.close(end)


@contextlib.contextmanager
def stage(*, keep: bool) -> Iterator[DemoProcesses]:
    """A stage with a folder of its own. At the end everything is stopped, and the folder is removed unless kept.

    SIGTERM and a hang-up end the block as Ctrl-C does: with KeyboardInterrupt.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in (signal.SIGTERM, signal.SIGHUP):
        # nohup ignores the hang-up on purpose
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    made = DemoProcesses(Path(tempfile.mkdtemp(prefix="rotator-demo-")))
    try:
        yield made
    finally:
        # an impatient second Ctrl-C shall not leave half of it
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        made.stop()
        if not keep:
            shutil.rmtree(made.folder, ignore_errors=True)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _neutral_environment() -> dict[str, str]:
    """The environment without settings of ours: they may name a Temporal or a database that is not for demos."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX) or name == _BINARY}


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
