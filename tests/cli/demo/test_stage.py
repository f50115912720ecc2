"""The stage of the demo: processes that do not start, or end too early, are reported with their reason."""

import pytest

from cli.demo.stage import StageError, stage


def test_a_process_that_ends_before_it_is_ready_tells_why():
    """The end of its log is in the error, and the folder is gone afterwards."""
    with stage(keep=False) as here:
        actor = here.start("emulator", ("emulator", "--scenario", "no-such-scenario"))
        with pytest.raises(StageError, match="no-such-scenario"):
            here.environment(actor)
    assert not here.folder.exists()


def test_a_process_that_ends_later_is_noticed():
    """The stage waits for no process that has ended."""
    with stage(keep=False) as here:
        actor = here.start("json", ("json.tool", "--help"))
        actor.process.wait(30)
        with pytest.raises(StageError, match="json ended with code 0"):
            here.check()


def test_settings_of_another_service_do_not_reach_the_stage(monkeypatch):
    """A demo never speaks to the Temporal or the database that the environment names, but may be shown the program."""
    monkeypatch.setenv("ROTATOR_TEMPORAL_ADDRESS", "production.example:7233")
    monkeypatch.setenv("ROTATOR_TEMPORAL_BINARY", "/opt/temporal")
    with stage(keep=False) as here:
        actor = here.start("environment", ("timeit", "-n1", "-r1", "-s", "import os, json", PRINTS), OWN="yes")
        assert here.environment(actor) == {"ROTATOR_TEMPORAL_BINARY": "/opt/temporal", "OWN": "yes"}


PRINTS = "print(json.dumps({n: v for n, v in os.environ.items() if n.startswith('ROTATOR_') or n == 'OWN'}))"
