"""Turning back: by our cancel, by the Temporal UI's own, and no more once a certificate was replaced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.e2e.house import side_by_side


async def by_the_temporal_ui(site, _rotation: str) -> None:
    """What the button of the UI sends."""
    await (await site.house.rotation(site.id)).cancel()


async def by_rest(site, rotation: str) -> None:
    """The cancel of our API."""
    await site.house.post(f"/v1/rotations/{rotation}/cancel", {"why": "not today"}, 200)


async def in_the_gate(site, cancel) -> None:
    """Cancelled in the gate after relaxing, before the first certificate."""
    before = await site.settings()
    rotation = await site.start(relax_floor="PT1M")
    await site.in_gate(rotation)
    pairs, lists = await site.settings()
    assert {pair["secure_communications"] for pair in pairs} == {False}, "nothing would have to be put back"
    assert len(lists) == len(before[1]) + 1

    await cancel(site, rotation)

    assert (await site.ended(rotation))["status"] == "cancelled"
    assert await site.settings() == before
    assert await site.lost_ever() == []
    kinds = {effect[0] for effect in await site.effects()}
    assert "console.replace_certificate" not in kinds


async def too_late(site) -> None:
    """Cancelled when the new certificate is in force."""
    before = await site.settings()
    rotation = await site.start()
    await site.shown_when(rotation, lambda shown: shown["live"] and shown["live"]["swapped"], "a certificate is new")

    refused = await site.house.post(f"/v1/rotations/{rotation}/cancel", {"why": "too late"}, 409)
    assert "have their new certificate" in refused["detail"]
    assert "let it finish" in refused["remedy"]
    await by_the_temporal_ui(site, rotation)

    assert (await site.ended(rotation))["status"] == "completed"
    assert await site.settings() == before
    assert await site.lost_ever() == []


@pytest.fixture(scope="module")
async def stories(house, open_site) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """A rotation for each test, on a site of its own. They run side by side, as they wait most of the time."""
    plays = {
        "ui": lambda site: in_the_gate(site, by_the_temporal_ui),
        "rest": lambda site: in_the_gate(site, by_rest),
        "late": too_late,
    }
    async with AsyncExitStack() as stack:
        sites = await side_by_side(stack, *(open_site(house, robot=True) for _ in plays))
        running = {
            name: asyncio.create_task(story(site)) for (name, story), site in zip(plays.items(), sites, strict=True)
        }
        yield running
        for each in running.values():
            each.cancel()


async def test_the_cancel_of_the_temporal_ui_is_our_cancel(stories) -> None:
    """Cancelled in Temporal itself, the rotation turns back: settings and lists are as before, no client is lost."""
    await stories["ui"]


async def test_a_cancel_before_the_first_certificate_puts_everything_back(stories) -> None:
    """A cancel over REST has the same effect."""
    await stories["rest"]


async def test_a_cancel_after_the_first_certificate_is_refused(stories) -> None:
    """REST answers 409 and says what to do, the Temporal UI's cancel has no effect, and the rotation completes."""
    await stories["late"]
