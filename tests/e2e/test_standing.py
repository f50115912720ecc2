"""A rotation that does not get on is reported within a minute by every part that people and programs look at."""

import os
import signal
from datetime import timedelta

from tests.e2e.house import look_until
from tests.e2e.test_restore import rotator

WITHIN = timedelta(minutes=1).total_seconds()


async def test_a_suspended_worker_is_reported_within_a_minute(site) -> None:
    """Status, list, attention, command line and health report a worker that stands still, until it goes on."""
    house, rotation = site.house, await site.start()

    async def shown():
        return await house.get(f"/v1/rotations/{rotation}")

    async def health(of):
        return await house.http.get(f"{house.apis[0]}/healthz/{of}")

    await site.shown_when(rotation, lambda shown: shown["live"] and shown["live"]["task"], "it waits for a person")
    await look_until(shown, lambda shown: shown["standing"] == "sound", "it is sound", WITHIN)
    worker = await house.pid("worker")
    assert worker is not None
    os.kill(worker, signal.SIGSTOP)
    try:
        stalled = await look_until(shown, lambda shown: shown["standing"] == "stalled", "it is stalled", WITHIN)
        assert (stalled["status"], stalled["trouble"]["code"]) == ("running", "no-worker")
        assert stalled["attention"][0]["code"] == "no-worker"
        (listed,) = (await house.get(f"/v1/rotations?site_id={site.id}"))["items"]
        assert listed["standing"] == "stalled"
        ready = await health("ready")
        assert (ready.status_code, ready.json()["type"]) == (503, "/problems/not-well")
        assert rotation in ready.json()["detail"]
        assert (await health("live")).status_code == 200
        assert "STALLED since" in await rotator(house, "status", rotation)
        assert "What helps: rotator up" in await rotator(house, "status")
    finally:
        os.kill(worker, signal.SIGCONT)
    await look_until(shown, lambda shown: shown["standing"] == "sound", "it is sound again", WITHIN)
    assert rotation not in (await health("ready")).text
