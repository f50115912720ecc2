"""Ties a process to the one that started it: when that one dies, even by kill -9, this one is killed too.

Run as a file, `python -I -S tether.py PARENT_PID PIPE COMMAND...`; it needs nothing but the standard library.

A process that is killed with -9 cannot stop its children, and a server left behind would hold its port and its
database. On Linux the kernel does it: PR_SET_PDEATHSIG outlives exec, so the command takes this process's place and id.
Elsewhere this process stays between: it holds the reading end of a pipe whose writing end only the parent has, and
kills the command when the pipe closes.

Linux sends the signal when the *thread* that started the child ends. Start tied children from the main thread.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_NO_PIPE = "-"
_PARENT_GONE = 3
_POLL_SECONDS = 0.2


def tied(command: tuple[str, ...], pipe: int | None = None) -> tuple[str, ...]:
    """`command`, to be started by this process and to die with it. `pipe` must be passed on where it is given."""
    end = _NO_PIPE if pipe is None else str(pipe)
    return (sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), end, *command)


def needs_pipe() -> bool:
    """Whether this system cannot tie by itself."""
    return not sys.platform.startswith("linux")


def _replace_self(parent: int, command: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    # it may have died before the call above, and then no signal comes
    if os.getppid() != parent:
        sys.exit(_PARENT_GONE)
    os.execvp(command[0], command)  # noqa: S606 - no shell is what we want


def _stand_between(pipe: int, command: list[str]) -> int:
    child = subprocess.Popen(command)  # noqa: S603 - the command comes from our own supervisor
    signal.signal(signal.SIGTERM, lambda number, _frame: child.send_signal(number))
    signal.signal(signal.SIGINT, lambda number, _frame: child.send_signal(number))
    while child.poll() is None:
        closed, _, _ = select.select([pipe], [], [], _POLL_SECONDS)
        if closed:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
    return child.wait()


def _main(arguments: list[str]) -> int:
    parent, pipe, command = int(arguments[0]), arguments[1], arguments[2:]
    if pipe == _NO_PIPE:
        _replace_self(parent, command)
    return _stand_between(int(pipe), command)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
