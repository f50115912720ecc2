"""A tied process dies with the one that started it, even by kill -9."""

import os
import signal
import subprocess
import sys
import time

import pytest

from engine.process.tether import needs_pipe

PARENT = """
import os, subprocess, sys, time
from engine.process.tether import tied
read, write = os.pipe() if sys.argv[1] == "pipe" else (None, None)
# what a server would do: outlive whoever started it
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
child = subprocess.Popen(
    tied((sys.executable, "-c", stubborn), read), stdout=subprocess.PIPE, start_new_session=True,
    pass_fds=() if read is None else (read,),
)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    "way", [pytest.param("kernel", marks=pytest.mark.skipif(needs_pipe(), reason="only Linux has the signal")), "pipe"]
)
def test_a_tied_process_does_not_outlive_its_parent(way) -> None:
    """Both ways: the kernel's signal, and the pipe of systems that have none."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, way], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        assert _group_lives(group)
        parent.kill()
    timeout = time.monotonic() + 20
    try:
        while _group_lives(group):
            assert time.monotonic() < timeout, "the tied process lives on"
            os.sched_yield()
    finally:
        if _group_lives(group):
            os.killpg(group, signal.SIGKILL)
