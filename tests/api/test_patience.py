"""The command line waits for a survey however long it takes, and then uses it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from api.parts import Parts
from cli.terminal import retrying
from rotation.values import SiteId


@pytest.fixture
async def connected(unstaffed, staffed) -> AsyncIterator[Parts]:
    """Parts whose requests wait for no survey."""
    parts = replace(unstaffed, survey_wait=timedelta(0))
    async with staffed(parts):
        yield parts


async def test_a_plan_and_its_start_wait_for_the_survey(whole, site, rotator):
    """A plan is made of it, and a rotation is started: each of them asks again until it is there."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    certificate = made.json()["certificate"]["id"]
    code, out, err = await rotator("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16")
    assert code == 0, err
    (plan,) = (await whole.get("/v1/plans", params={"site_id": site})).json()["items"]
    assert plan["id"] in out
    code, _, err = await rotator("start", plan["id"], "--hash", plan["hash"], "--why", "it ends")
    assert code == 0, err
    assert len((await whole.get("/v1/rotations", params={"site_id": site})).json()["items"]) == 1


@pytest.fixture
async def commands(whole, site):
    """Commands that survey the site, by a name."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    certificate = made.json()["certificate"]["id"]
    return {
        "plan": ("plan", site, "-c", certificate, "--trust-network", "10.0.0.0/16"),
        "survey": ("site", "survey", site),
    }


@pytest.mark.parametrize("name", ["plan", "survey"])
async def test_a_command_waits_for_room_for_its_survey(name, commands, connected, rotator, monkeypatch):
    """As many surveys of this caller run as may at once: the command asks again as often as it takes."""
    pauses, room = threading.Semaphore(0), connected.surveys
    monkeypatch.setattr(retrying, "_LONGEST_PAUSE", 0.2)
    asked = room._require

    def counted(caller: str) -> None:
        pauses.release()
        asked(caller)

    monkeypatch.setattr(room, "_require", counted)
    room.of_a_caller = 1
    with room._in_room(SiteId("another"), "ann"):
        waiting = asyncio.create_task(rotator(*commands[name]))
        for _ in range(retrying._TRIES + 3):
            assert await asyncio.to_thread(pauses.acquire, timeout=30)
    code, _, err = await waiting
    assert code == 0, err
