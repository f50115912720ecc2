"""`rotator demo`, whatever ends it: nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(420)


def test_ctrl_c_ends_everything(demo):
    """Ctrl-C in the middle of a rotation ends every process that the demo started, and removes its folder."""
    here = demo("--json")
    here.has_said("== Rotating")
    started = here.family()
    assert len(started) >= len(("up", "temporal", "worker", "api", "two emulators", "their fronts")) + 1

    here.process.send_signal(signal.SIGINT)

    assert here.stopped() == 130
    here.until_gone(started)
    assert list(here.temporary.iterdir()) == []


def test_no_process_outlives_a_killed_demo(demo):
    """A kill -9 of the demo itself takes everything along that it started, directly or not."""
    here = demo("--json")
    here.has_said("== Plan for Three Servers")
    started = here.family()

    here.process.kill()
    here.process.wait()

    here.until_gone(started)


def test_what_is_kept_goes_on_until_it_is_told_to_stop(demo):
    """With --keep the service answers after the end, from a folder that stays; SIGTERM stops it, still with success."""
    here = demo("--naive", "--keep", "--json")
    here.has_said("== Everything goes on running")
    started = here.family()
    told = here.told
    environment = {**os.environ, "ROTATOR_API": told["api"], "ROTATOR_API_KEY_FILE": told["api_key_file"]}
    listed = subprocess.run(
        [sys.executable, "-m", "cli.main", "site", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {site["id"] for site in json.loads(listed.stdout)["items"]} == set(told["sites"])

    here.process.terminate()

    assert here.stopped() == 0
    here.until_gone(started)
    assert Path(told["folder"]).joinpath("rotator.db").exists()
