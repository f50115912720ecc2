"""`rotator demo` as a process, for tests of it."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.house import CLEAN
from tests.programs import program

# whole rotations, and waits that a busy machine makes longer
TIMEOUT = 90
WHOLE = 400
# what may be set for some other service, and would lead a demo astray
ASTRAY = {"ROTATOR_TEMPORAL_ADDRESS": "127.0.0.1:1", "ROTATOR_API": "http://127.0.0.1:1", "ROTATOR_API_KEY": "wrong"}


def processes() -> dict[int, int]:
    """Every process that lives, with its parent; a zombie does not live."""
    command = [program("ps", package="procps"), "-A", "-o", "pid=,ppid=,stat="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state, *_ in rows if not state.startswith("Z")}


def descendants(ancestor: int) -> set[int]:
    """The children of a process, their children, and so on."""
    alive = processes()
    found: set[int] = set()
    newer = {ancestor}
    while newer:
        newer = {pid for pid, parent in alive.items() if parent in newer} - found
        found |= newer
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition of another process."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


class Demo:
    """A running `rotator demo` with a folder of its own for temporary files."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._log, self._out = folder / "err", folder / "out"
        with self._log.open("wb") as err, self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "demo", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**CLEAN, **ASTRAY, "TMPDIR": str(self.temporary)},
                # a shell that runs the tests in its background has them, and what they start, ignore Ctrl-C
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - it takes no lock
            )

    @property
    def progress(self) -> str:
        """What was written to standard error so far."""
        return self._log.read_text("utf-8")

    @property
    def printed(self) -> dict[str, Any]:
        """Standard output, all of it, as one JSON object."""
        found: dict[str, Any] = json.loads(self._out.read_text("utf-8"))
        return found

    def until_shown(self, text: str) -> None:
        """Wait until standard error has the text; a demo that ends without it fails the test."""
        until(lambda: text in self.progress or self.process.poll() is not None, f"says {text!r}")
        assert text in self.progress, self.progress

    def family(self) -> set[int]:
        """Every process that it started, directly or not."""
        return descendants(self.process.pid)

    def until_gone(self, family: set[int]) -> None:
        """Wait until none of these processes lives."""
        until(lambda: not family & set(processes()), "every process has ended")

    def ended(self) -> int:
        """Its exit code at the end of a whole demo."""
        return self.process.wait(WHOLE)

    def stopped(self) -> int:
        """Its exit code, soon after a signal to stop."""
        return self.process.wait(TIMEOUT)

    def close(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(TIMEOUT)
            self.process.kill()
            self.process.wait()
