"""Ctrl-C in the midst of a sweep."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOPS_WITHIN = 10


def test_ctrl_c_ends_everything(tmp_path) -> None:
    """A sweep that is interrupted ends soon, says so, and leaves no process and no folder behind."""
    command = [sys.executable, "-m", "tests.sweep", "--procedure", "cancel", "--lanes", "1"]
    with subprocess.Popen(command, cwd=ROOT, env={"TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True) as sweep:
        lane = _appears(tmp_path, "sweep-*/lane-1/worker.log")
        sweep.send_signal(signal.SIGINT)
        output, _ = sweep.communicate(timeout=STOPS_WITHIN)
    assert sweep.returncode == 1
    assert "nothing is judged" in output
    assert not lane.exists()
    assert _speaking_of(str(tmp_path)) == []


def _appears(folder: Path, pattern: str) -> Path:
    """The folder of a file, when it is there."""
    until = time.monotonic() + 60
    while not (found := list(folder.glob(pattern))):
        assert time.monotonic() < until, "it does not begin"
        time.sleep(0.05)
    return found[0].parent


def _speaking_of(text: str) -> list[str]:
    """The command lines of processes that name a text in their command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if text.encode() in (process / "environ").read_bytes() + (process / "cmdline").read_bytes():
                found.append((process / "cmdline").read_bytes().decode())
    return found
