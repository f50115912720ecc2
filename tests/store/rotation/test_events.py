import asyncio

import pytest
from sqlalchemy import text

from store.database.chain import ChainBroken
from store.rotation.events import Event, NewEvent
from store.rotation.rotations import UnknownRotation


async def _append(store, make, key, **data):
    event = NewEvent(at=make.t0, kind="step", message=f"did {key}", data=data, key=key)
    return await store.events.append("rot-1", "site-1", event)


async def test_events_have_numbers_without_a_gap(running, make):
    """Events appended at once are numbered one after the other, and the chain holds."""
    await asyncio.gather(*(_append(running, make, f"k{number}", at=make.t0) for number in range(25)))
    events = await running.events.list("rot-1")
    assert [event.number for event in events] == list(range(1, 26))
    assert (await running.events.verify_chain("rot-1")).hash == events[-1].hash
    assert await running.events.list("rot-1", after=20, limit=3) == events[20:23]


async def test_the_newest_events_and_the_times_of_steps(running, make):
    """The newest come first; of two events of a step its first one tells when it began."""
    for key, step in (("k1", "01-a"), ("k2", "02-b"), ("k3", "01-a")):
        event = NewEvent(at=make.at(hours=int(key[1])), kind="step-began", message=key, data={"step": step}, key=key)
        await running.events.append("rot-1", "site-1", event)
    assert [event.message for event in await running.events.newest("rot-1", 2)] == ["k3", "k2"]
    times = await running.events.times_of("rot-1", "step-began")
    assert times == {"01-a": make.at(hours=1), "02-b": make.at(hours=2)}
    assert await running.events.times_of("rot-1", "other") == {}
    every = await running.events.times_of_all(["rot-1", "none"], "step-began")
    assert every == {"rot-1": times, "none": {}}


async def test_an_event_of_a_known_key_is_not_appended_again(running, make):
    """A retry of the same content changes nothing, at whatever time it is reported."""
    head = await _append(running, make, "k", data="first")
    again = NewEvent(at=make.at(hours=1), kind="step", message="did k", data={"data": "first"}, key="k")
    assert await running.events.append("rot-1", "site-1", again) == head
    (event,) = await running.events.list("rot-1")
    assert (event.number, event.hash, event.data) == (head.number, head.hash, {"data": "first"})
    assert not await running.events.has_conflict("rot-1")


async def test_the_request_by_which_an_event_came_is_no_content(running, make):
    """A worker dies over a message, and its caller sends it once more: the first report stays, without a conflict."""
    for request in ("r1", "r2", ""):
        data = {"step": "15-signed"} | ({"request_id": request} if request else {})
        event = NewEvent(at=make.at(hours=1), kind="task-closed", message="done by ann", data=data, key="k")
        await running.events.append("rot-1", "site-1", event)
    (event,) = await running.events.list("rot-1")
    assert event.data["request_id"] == "r1"
    assert not await running.events.has_conflict("rot-1")


async def test_another_content_of_a_known_key_is_a_conflict(running, make):
    """The first one stays; what was reported instead is kept with the digests of both, once for each content."""
    await _append(running, make, "k", data="first")
    for data in ("second", "second", "third"):
        await _append(running, make, "k", data=data)
    assert (await _append(running, make, "k", data="first")).number == 3
    first, *conflicts = await running.events.list("rot-1")
    assert first.data == {"data": "first"}
    assert [event.kind for event in conflicts] == ["conflict", "conflict"]
    assert [event.data["reported"] for event in conflicts] == [{"data": "second"}, {"data": "third"}]
    assert len({event.data["kept_sha256"] for event in conflicts}) == 1
    assert len({event.data["reported_sha256"] for event in conflicts}) == 2
    assert await running.events.has_conflict("rot-1")
    await running.events.verify_chain("rot-1")


async def test_one_report_may_conflict_with_itself(running, make):
    """Two events of one key in one transaction are no silent loss either."""
    events = [NewEvent(at=make.t0, kind="k", message=text, data={}, key="k") for text in "ab"]
    assert (await running.events.append("rot-1", "site-1", *events)).number == 2
    assert [event.kind for event in await running.events.list("rot-1")] == ["k", "conflict"]


async def test_events_that_come_together_are_kept_in_order_once(running, make):
    """Several events are one transaction; those that were recorded before keep their place."""
    events = [NewEvent(at=make.t0, kind="k", message=key, data={}, key=key) for key in "abc"]
    await running.events.append("rot-1", "site-1", *events[:2])
    assert (await running.events.append("rot-1", "site-1", *events, events[2])).number == 3
    assert [event.message for event in await running.events.list("rot-1")] == ["a", "b", "c"]
    await running.events.verify_chain("rot-1")


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE events SET message = 'did nothing' WHERE number = 2", 2),
        ("UPDATE events SET data = '{}' WHERE number = 3", 3),
        ("UPDATE events SET at = at + 1 WHERE number = 1", 1),
        ("UPDATE events SET hash = previous WHERE number = 4", 4),
        ("DELETE FROM events WHERE number = 2", 2),
        ("DELETE FROM events WHERE number = 1", 1),
    ],
)
async def test_a_change_of_the_past_is_found(running, make, change, number):
    """An event altered or deleted in the database breaks the chain, and the first such number is named."""
    for key in "abcd":
        await _append(running, make, key, about=key)
    await running.events.verify_chain("rot-1")
    async with running.database.write() as session:
        await session.execute(text(change))
    with pytest.raises(ChainBroken) as caught:
        await running.events.verify_chain("rot-1")
    assert caught.value.number == number


async def test_a_trail_that_was_never_begun_holds(running, make):
    """No events are a whole chain of none; an event of an unknown rotation is refused."""
    assert (await running.events.verify_chain("rot-1")).number == 0
    with pytest.raises(UnknownRotation):
        await running.events.append("none", "site-1", NewEvent(at=make.t0, kind="k", message="m", data={}, key="k"))


async def test_events_of_all_rotations_are_read_in_one_order_without_a_gap(site, make):
    """Whatever is stored at once: a reader that goes on behind the last position it saw gets each event once.

    Positions that writers took without waiting for one another would come in another order than they are committed.
    """
    await site.sites.add(make.site("site-2", "Graz"), make.connection(), make.t0)
    await site.plans.add(make.plan("plan-2", "site-2"))
    await site.rotations.create(make.new(), make.t0)
    await site.rotations.create(make.new("rot-2", "site-2", "plan-2"), make.t0)

    async def append(number):
        for each in range(15):
            event = NewEvent(at=make.t0, kind="step", message="did", data={}, key=f"{number}/{each}")
            await site.events.append(f"rot-{number}", f"site-{number}", event)

    writing = asyncio.gather(append(1), append(2))
    seen, after = list[tuple[int, Event]](), 0
    while len(seen) < 30:
        ended = writing.done()
        page = await site.events.of_all(after, 7)
        seen += page
        after = page[-1][0] if page else after
        if ended and not page:
            break
    await writing
    assert [position for position, _ in seen] == list(range(1, 31))
    assert await site.events.last_position() == 30
    for number in (1, 2):
        own = tuple(event for _, event in seen if event.site_id == f"site-{number}")
        assert own == await site.events.list(f"rot-{number}")
        assert own == tuple(each for _, each in await site.events.of_all(0, sites=[f"site-{number}"]))
