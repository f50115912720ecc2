"""Clients of relaxed groups that are away: gate A8 waits for them, and goes on without them by two persons' word."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, SiteSpec
from rotation.message import Move
from rotation.plan import GatePurpose
from rotation.site import Limits
from rotation.state import Outcome

HEARTBEAT = timedelta(minutes=30)
HOUR = timedelta(hours=1)
LIMITS = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=HOUR,
    holdout_maximum=6 * HOUR,
)


def with_laptop(back: timedelta) -> SiteSpec:
    """The site with one server, and a laptop that is away from the start."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    laptop = ClientSpec(group=ROOT_GROUP, count=1, prefix="LAPTOP", away=((timedelta(0), back),))
    return SiteSpec.model_validate({**dict(spec), "clients": (*spec.clients, laptop)})


async def test_a_client_that_is_away_holds_gate_a8_until_it_returns(stage):
    """The certificate is not replaced while one client of a relaxed group has not come back to fetch its policy."""
    here = stage(with_laptop(5 * HOUR))
    await here.register(LIMITS)
    began = here.clock()

    async with here.running() as handle:
        waiting = await here.until(handle, lambda s: s.wait and s.wait.reading and s.wait.reading.waiting == 1)
        result = await here.end(handle)

    assert waiting.step.purpose is GatePurpose.RELAXED
    assert waiting.wait.reading.waiting_names == ("LAPTOP-0001",)
    assert result.outcome is Outcome.COMPLETED
    swap = next(event for event in await here.story() if event.kind == "task-opened" and "Replace" in event.message)
    assert swap.at - began > 5 * HOUR
    assert here.lost() == []


async def test_past_its_limit_the_gate_asks_and_can_be_extended(stage):
    """At the limit the rotation stands still with attention; extended, also by the second person, it waits on."""
    here = stage(with_laptop(9 * HOUR))
    await here.register(LIMITS)

    async with here.running() as handle:
        asked = await here.attention(handle, "gate-limit")
        assert set(asked.options) == {Move.EXTEND, Move.PROCEED, Move.CANCEL}
        assert "LAPTOP-0001" in asked.message
        assert (await here.say(handle, Move.EXTEND, why="she is back tonight", by=HOUR)).accepted
        await here.until(handle, lambda state: not state.attention)
        await here.attention(handle, "gate-limit")
        assert (await here.say(handle, Move.PROCEED, who="ann", why="it may be lost")).accepted
        await here.attention(handle, "second-person")
        assert (await here.say(handle, Move.EXTEND, why="I saw her", by=6 * HOUR)).accepted
        result = await here.end(handle)

    assert result.outcome is Outcome.COMPLETED
    assert not await here.store.roster.left_out(here.rotation_id)
    assert here.lost() == []
    assert [event.message for event in await here.story() if event.kind == "message"] == [
        "extend by bob: she is back tonight",
        "proceed by ann: it may be lost",
        "extend by bob: I saw her",
    ]


async def test_going_on_without_a_client_takes_two_persons_and_names_it(stage):
    """The one who asks to proceed cannot approve it; by a second person's word the client is left out by name."""
    here = stage(with_laptop(timedelta(days=30)))
    await here.register(LIMITS)

    async with here.running() as handle:
        await here.attention(handle, "gate-limit")
        assert (await here.say(handle, Move.PROCEED, who="ann", why="it was stolen")).accepted
        second = await here.attention(handle, "second-person")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await here.say(handle, Move.APPROVE, who="ann")
        assert (await here.say(handle, Move.APPROVE, who="bob")).accepted
        result = await here.end(handle)

    assert "a second person" in str(refused.value.cause)
    assert "1 clients" in second.message
    assert result.outcome is Outcome.COMPLETED
    left = await here.store.roster.left_out(here.rotation_id)
    names = {client.id: client.name for client in await here.store.roster.entries("site", None)}
    assert [names[client] for client in left] == ["LAPTOP-0001"]
    assert here.lost() == [], "the stolen client is switched off; no other may be cut off"
