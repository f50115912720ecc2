"""A process that is killed often and must be back soon: `python -m tests.sweep.again MODULE ARGUMENTS...`.

It loads everything that the module needs, once, and then runs it in a child of its own, and in another one whenever
that dies. On SIGTERM it stops the child and ends as the child does.
"""

import contextlib
import ctypes
import os
import runpy
import signal
import sys
from importlib import import_module
from types import FrameType

_LOADS = {"tests.sweep.api": ("api.serving.timed_protocol", "uvicorn.lifespan.on", "uvicorn.loops.auto")}
"""What a module imports only when it runs."""
_PR_SET_PDEATHSIG = 1


def main(module: str) -> int:
    """Run the module again and again, until SIGTERM."""
    for name in (module, *_LOADS.get(module, ())):
        import_module(name)
    stopping, child = False, 0

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(child or os.getpid(), number if child else signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    while True:
        parent = os.getpid()
        child = os.fork()
        if not child:
            _live(parent, module)
        _, status = os.waitpid(child, 0)
        if stopping:
            return os.waitstatus_to_exitcode(status)


def _live(parent: int, module: str) -> None:
    """The child's life. It does not outlive its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    code = 0
    if not hasattr(sys.modules[module], "__path__"):
        del sys.modules[module]  # it is run, not imported; of a package it is another module that is run
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    del sys.argv[0]
    sys.exit(main(sys.argv[0]))
