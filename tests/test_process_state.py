"""A test that leaves something changed fails itself, and the next one does not notice."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest
import structlog
from temporalio import workflow

from tests.process_state import SHARED, put_back, read

KEPT = structlog.get_logger("tests.kept")
LEAVING = {
    "environment variables": lambda: os.environ.update(HOME="elsewhere", ROTATOR_FOLDER="left"),
    "the working directory": lambda: os.chdir("/"),
    "the mask of new files": lambda: os.umask(0o123),
    "signal handlers": lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
    "loggers": lambda: logging.getLogger("tests.left").addHandler(logging.StreamHandler()),
    "structlog's configuration": lambda: structlog.configure(cache_logger_on_first_use=True),
    "structlog's context": lambda: structlog.contextvars.bind_contextvars(left="something"),
    "what Temporal's loggers say": lambda: setattr(workflow.logger, "workflow_info_on_message", False),
    "Python's path": lambda: sys.path.append("/left"),
    "arguments": lambda: sys.argv.append("--left"),
    "the timeout of sockets": lambda: socket.setdefaulttimeout(7),
    "the temporary folder": lambda: setattr(tempfile, "tempdir", "/left"),
    "hypothesis' profile": lambda: hypothesis.settings.load_profile("default"),
}
LEAVES = """
import os

def test_leaves():
    os.environ["LEFT"] = "here"

def test_looks():
    assert "LEFT" not in os.environ
"""


def test_every_kind_is_tried():
    """Each kind of state that is compared has a line here."""
    assert LEAVING.keys() == {shared.name for shared in SHARED}


@pytest.mark.parametrize("name", LEAVING)
def test_each_change_is_named_and_put_back(name):
    """Each kind of change is reported by its name, and the state is as it was afterwards."""
    known = read()
    LEAVING[name]()
    changes = put_back(known)
    assert [line.partition(":")[0] for line in changes] == [name]
    assert read() == known
    assert put_back(known) == []


def test_a_logger_forgets_what_was_configured(capsys):
    """A logger that was used under another configuration writes by the usual one again."""
    known = read()
    structlog.configure(processors=[lambda *_: "kept"], cache_logger_on_first_use=True)
    KEPT.info("first")
    put_back(known)
    KEPT.info("second")
    assert [("kept" in line, "second" in line) for line in capsys.readouterr().out.splitlines()] == [
        (True, False),
        (False, True),
    ]


def test_a_test_with_leftovers_fails_alone(tmp_path):
    """In a run of pytest the test that left it fails by an error of its own, and the next one passes."""
    (tmp_path / "test_leaving.py").write_text(LEAVES)
    options = ("-p", "tests.process_state", "-p", "no:randomly", "-p", "no:cacheprovider", "-rA", "-c", os.devnull)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed, 1 error" in ran.stdout, ran.stdout
    assert "test_leaves" in ran.stdout.partition("ERROR at teardown of ")[2].splitlines()[0]
    assert "environment variables: {'LEFT': None} became {'LEFT': 'here'}" in ran.stdout
