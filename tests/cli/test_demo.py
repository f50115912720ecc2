"""`rotator demo` as a process: what it tells, what it leaves behind, whatever ends it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# whole rotations, and waits that a busy machine makes longer
pytestmark = pytest.mark.timeout(420)
PATIENCE = 90
WHOLE = 400
# what the machine of the tests may have set for some other service; the first name would lead a demo astray
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
ASTRAY = {"ROTATOR_TEMPORAL_ADDRESS": "127.0.0.1:1", "ROTATOR_API": "http://127.0.0.1:1", "ROTATOR_API_KEY": "wrong"}


def processes() -> dict[int, int]:
    """Every process that lives, with its parent; one that waits to be buried does not live."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
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
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience, f"still not: {what}"
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
            )

    @property
    def progress(self) -> str:
        """What was written to standard error so far."""
        return self._log.read_text("utf-8")

    @property
    def told(self) -> dict[str, Any]:
        """Standard output, all of it, as one JSON object."""
        found: dict[str, Any] = json.loads(self._out.read_text("utf-8"))
        return found

    def has_said(self, text: str) -> None:
        """Wait until it has said so."""
        until(lambda: text in self.progress or self.process.poll() is not None, f"says {text!r}")
        assert text in self.progress, self.progress

    def close(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
            self.process.kill()
            self.process.wait()


@pytest.fixture
def demo(tmp_path) -> Iterator[Callable[..., Demo]]:
    """Starts a demo for one test."""
    started: list[Demo] = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path, *arguments))
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            each.close()


def test_both_sites_are_rotated_and_no_client_is_lost(demo):
    """A whole demo ends with exit code 0 and one JSON object: completed, nobody lost, the floor told first."""
    here = demo("--json")
    assert here.process.wait(WHOLE) == 0, here.progress

    sites = here.told["sites"]
    assert set(sites) == {"one-server", "three-servers"}
    for site in sites.values():
        assert (site["status"], site["clients_lost"]) == ("completed", 0)
        assert site["coverage"]["total"] == site["clients_total"] > 0
        assert 0 < site["floor_seconds"] < site["elapsed_seconds"]
        assert [step["number"] for step in site["steps"]][:1] == ["preflight"]
        assert site["steps"][-1]["number"] == "closing"
        assert all(step["title"] and step["began"] <= step["ended"] for step in site["steps"])
    assert {"A8", "A9", "A10b"} < {step["number"] for step in sites["one-server"]["steps"]}
    assert {"B2", "B3", "B5"} < {step["number"] for step in sites["three-servers"]["steps"]}
    floor, start = (here.progress.index(text) for text in ("== Floor", "== Rotating"))
    assert floor < start
    assert list(here.temporary.iterdir()) == []


def test_without_the_product_most_clients_are_lost(demo):
    """The naive demo shows the losses, more than one client in ten, exits with 0, and leaves no file."""
    here = demo("--naive", "--json", "--seed", "3")
    assert here.process.wait(WHOLE) == 0, here.progress

    site = here.told["sites"]["one-server"]
    assert site["clients_total"] * 0.1 < site["clients_lost"] <= site["clients_total"]
    assert list(here.temporary.iterdir()) == []


def test_ctrl_c_ends_everything(demo):
    """Ctrl-C in the middle of a rotation ends every process that the demo started, and removes its folder."""
    here = demo("--json")
    here.has_said("== Rotating")
    started = descendants(here.process.pid)
    assert len(started) >= len(("up", "temporal", "worker", "api", "two emulators", "their fronts")) + 1

    here.process.send_signal(signal.SIGINT)

    assert here.process.wait(PATIENCE) == 130
    until(lambda: not started & set(processes()), "every process has ended")
    assert list(here.temporary.iterdir()) == []


def test_no_process_outlives_a_killed_demo(demo):
    """A kill -9 of the demo itself takes everything along that it started, directly or not."""
    here = demo("--json")
    here.has_said("== Plan for Three Servers")
    started = descendants(here.process.pid)

    here.process.kill()
    here.process.wait()

    until(lambda: not started & set(processes()), "every process has ended")


def test_what_is_kept_goes_on_until_it_is_told_to_stop(demo):
    """With --keep the service answers after the end, from a folder that stays; SIGTERM stops it, still with success."""
    here = demo("--naive", "--keep", "--json")
    here.has_said("== Everything goes on running")
    started = descendants(here.process.pid)
    told = here.told
    environment = {**CLEAN, "ROTATOR_API": told["api"], "ROTATOR_API_KEY_FILE": told["api_key_file"]}
    listed = subprocess.run(
        [sys.executable, "-m", "cli.main", "site", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {site["id"] for site in json.loads(listed.stdout)["items"]} == set(told["sites"])

    here.process.terminate()

    assert here.process.wait(PATIENCE) == 0
    until(lambda: not started & set(processes()), "every process has ended")
    assert Path(told["folder"]).joinpath("rotator.db").exists()
