"""The worker as a process: patient while Temporal is away, and clean when it is stopped."""

import asyncio
import contextlib
import json
import os
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from engine.client.client import lazy_client
from engine.client.presence import is_served
from engine.fault import TemporalDown
from engine.ids import WATCH
from engine.process.embedded import RunningServer
from engine.settings import TemporalSettings
from rotation.finding import blocking
from rotation.running.message import Reply
from service.open_swaps import OpenSwaps
from service.running_sites import MovedSite, RunningSites
from service.world import World
from store.store import Store
from tests.signing import TEXT
from worker import watch_sites


@pytest.fixture
async def worker(own_server, tmp_path):
    """A worker of a Temporal that is not there yet, and its log."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
    settings = {"ROTATOR_FOLDER": str(tmp_path / "var"), "ROTATOR_TEMPORAL_ADDRESS": own_server.address}
    settings["ROTATOR_TEMPORAL_SIGNING_KEYS"] = TEXT
    settings["ROTATOR_WATCH_EVERY"] = "PT2H"
    settings["ROTATOR_NOTIFY_EVERY"] = "soon"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", env={**clean, **settings}, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _logs(worker: asyncio.subprocess.Process, event: str) -> dict[str, str]:
    """The next line of the log that tells `event`."""
    assert worker.stderr is not None
    async with asyncio.timeout(30):
        while line := await worker.stderr.readline():
            logged: dict[str, str] = json.loads(line)
            if logged["event"] == event:
                return logged
    raise AssertionError(f"the worker ended without saying {event!r}")


async def test_it_waits_for_temporal_and_leaves_clean(worker, own_server) -> None:
    """It tries on while Temporal is away, serves and has the watch when it is there, and SIGTERM ends it with 0.

    A wrong setting of messages is named, and keeps it from nothing.
    """
    logged = await _logs(worker, "Temporal does not answer, and is waited for")
    assert logged["address"] == own_server.address
    running = await RunningServer.start(own_server)
    try:
        logged = await _logs(worker, "serving")
        client = await lazy_client(own_server.settings())
        async with asyncio.timeout(30):
            while not await is_served(client, logged["task_queue"]):
                pass
        watch = await client.get_schedule_handle(WATCH).describe()
        assert [each.every for each in watch.schedule.spec.intervals] == [timedelta(hours=2)]
        logged = await _logs(worker, "people are not called: a setting is wrong")
        assert "ROTATOR_NOTIFY_EVERY" in logged["reason"]
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 30) == 0
    finally:
        await running.stop()


async def test_it_can_be_stopped_while_it_waits(worker) -> None:
    """SIGTERM before Temporal is there ends it with 0 too."""
    await _logs(worker, "Temporal does not answer, and is waited for")
    worker.terminate()
    assert await asyncio.wait_for(worker.wait(), 30) == 0


async def test_a_store_that_cannot_be_read_ends_it_with_the_reason(own_server, tmp_path) -> None:
    """A wrong key is reported in one line of the log, with exit code 1 and no traceback."""
    settings = {
        "ROTATOR_FOLDER": str(tmp_path / "var"),
        "ROTATOR_KEY": "no key",
        "ROTATOR_TEMPORAL_ADDRESS": own_server.address,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    _, log = await process.communicate()
    assert process.returncode == 1
    last = json.loads(log.splitlines()[-1])
    assert (last["event"], last["fault"]) == ("cannot serve", "VaultKeyMalformed")


async def test_without_a_signing_key_it_does_not_start(own_server, tmp_path) -> None:
    """It says so in one line, and what to set: nothing is sent or read unsigned."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
    settings = {"ROTATOR_FOLDER": str(tmp_path / "var"), "ROTATOR_TEMPORAL_ADDRESS": own_server.address}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", env={**clean, **settings}, stderr=asyncio.subprocess.PIPE
    )
    _, log = await process.communicate()
    assert process.returncode == 1
    last = json.loads(log.splitlines()[-1])
    assert (last["event"], last["fault"]) == ("cannot serve", "SigningKeysMissing")
    assert "ROTATOR_TEMPORAL_SIGNING_KEYS_FILE" in last["reason"]


async def test_the_watch_over_sites_goes_on_whatever_fails() -> None:
    """One site whose document cannot be read must not end the watch over all others."""
    looks = asyncio.Queue[int]()

    class Failing(OpenSwaps):
        async def moved(self):
            looks.put_nowait(1)
            raise LookupError("no such survey")

    client = await lazy_client(TemporalSettings(address="127.0.0.1:1"))
    world = World(store=Store.in_memory())
    watching = asyncio.create_task(watch_sites(Failing(world), RunningSites(world), client, timedelta()))
    async with asyncio.timeout(30):
        for _ in range(3):
            await looks.get()
    assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_the_watch_notes_only_what_a_rotation_has_taken(monkeypatch) -> None:
    """A message that is lost, or refused, is sent again; what was taken is sent once."""
    refusal = Reply(accepted=False, findings=(blocking("site_moved-refused", "r1", "not now"),))
    answers: list[Reply | Exception] = [TemporalDown("away"), refusal, Reply(accepted=True)]
    rotation: Any = SimpleNamespace(id="r1", site_id="s1")
    found, reported = MovedSite(rotation, frozenset({"another"})), asyncio.Event()

    async def send(_client, _site, _message):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    class Nothing(OpenSwaps):
        async def moved(self):
            return ()

    class Sites(RunningSites):
        async def moved(self):
            return () if reported.is_set() else (found,)

        def reported(self, _moved):
            reported.set()

    monkeypatch.setattr("worker.send", send)
    client = await lazy_client(TemporalSettings(address="127.0.0.1:1"))
    world = World(store=Store.in_memory())
    watching = asyncio.create_task(watch_sites(Nothing(world), Sites(world), client, timedelta()))
    async with asyncio.timeout(30):
        await reported.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert answers == []
