"""`rotator demo`, whatever ends it: nothing is left behind."""

import signal

import pytest

pytestmark = pytest.mark.timeout(420)


def test_ctrl_c_ends_everything(demo):
    """Ctrl-C in the middle of a rotation ends every process that the demo started, and removes its folder."""
    here = demo("--json")
    here.until_shown("== Rotating")
    started = here.family()
    assert len(started) >= len(("up", "temporal", "worker", "api", "two emulators", "their fronts")) + 1

    here.process.send_signal(signal.SIGINT)

    assert here.stopped() == 130
    here.until_gone(started)
    assert list(here.temporary.iterdir()) == []


def test_no_process_outlives_a_killed_demo(demo):
    """A kill -9 of the demo itself takes everything along that it started, directly or not."""
    here = demo("--json")
    here.until_shown("== Plan for Three Servers")
    started = here.family()

    here.process.kill()
    here.process.wait()

    here.until_gone(started)
