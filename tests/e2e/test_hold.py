"""Hold and resume over REST."""

from datetime import UTC, datetime, timedelta

LONGER = timedelta(seconds=4)
"""So long after a gate's least wait, an unheld rotation of this site has gone on."""


async def test_a_held_rotation_does_nothing_more_until_it_is_resumed(worked_site) -> None:
    """Held in A8: past the gate's time nothing is opened, written or moved on; resumed, the next act follows."""
    site, house = worked_site, worked_site.house
    rotation = await site.start(relax_floor="PT10S")
    due = (await site.in_gate(rotation))["live"]["wait"]["due"]
    await house.post(f"/v1/rotations/{rotation}/hold", {"why": "wait for Bob"}, 200)
    shown = await site.shown_when(rotation, lambda shown: shown["held"], "it is held")
    effects, settings = await site.effects(), await site.settings()
    tasks = await house.get(f"/v1/tasks?rotation_id={rotation}")

    past = datetime.fromisoformat(due) + LONGER
    still = await site.shown_when(rotation, lambda _: datetime.now(UTC) > past, "the gate's time is past")

    assert (still["step_id"], still["live"]["held_by"]) == (shown["step_id"], "Ann")
    assert await house.get(f"/v1/tasks?rotation_id={rotation}") == tasks
    assert (await site.effects(), await site.settings()) == (effects, settings)

    await house.post(f"/v1/rotations/{rotation}/resume", {}, 200)
    await site.shown_when(rotation, lambda shown: shown["live"] and shown["live"]["swapped"], "it goes on to A9")
    assert await site.lost_ever() == []
