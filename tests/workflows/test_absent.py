"""Clients of relaxed groups that are away: gate A8 waits for them, and goes on without them if two persons approve."""

from datetime import timedelta

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, SiteSpec
from emulator.switches import Downloads, Switches
from rotation.plan.step import GatePurpose
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits

HEARTBEAT = timedelta(minutes=30)
HOUR = timedelta(hours=1)
LIMITS = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=HOUR,
    holdout_maximum=6 * HOUR,
)


def with_laptop(back: timedelta, *, leaves: timedelta = timedelta(0)) -> SiteSpec:
    """The site with one server, and a laptop that is away, from the start unless it leaves later."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    laptop = ClientSpec(group=ROOT_GROUP, count=1, prefix="LAPTOP", away=((leaves, back),))
    return SiteSpec.model_validate({**dict(spec), "clients": (*spec.clients, laptop)})


async def test_a_client_that_is_away_holds_gate_a8_until_it_returns(played):
    """The certificate is not replaced while one client of a relaxed group has not come back to fetch its policy."""
    look = played.Deed(lambda s: s.wait and s.wait.reading and s.wait.reading.waiting == 1, lambda _: None)
    async with played.play(look, spec=with_laptop(5 * HOUR), limits=LIMITS) as here:
        began = here.stage.clock.now()
        outcome = await here.run()

    assert look.saw.step.purpose is GatePurpose.RELAXED
    assert look.saw.wait.reading.waiting_names == ("LAPTOP-0001",)
    assert outcome is Outcome.COMPLETED
    swap = next(event for event in here.trail if event.kind == "task-opened" and "Replace" in event.message)
    assert swap.at - began > 5 * HOUR
    assert here.lost() == []


async def test_a_client_that_is_away_at_the_swap_is_waited_for_before_clients_verify_again(played):
    """It was covered and left: back after the restore it may be given the policy that verifies before the list."""
    limits = LIMITS.model_copy(update={"relax_floor": 6 * HOUR, "gate_patience": 24 * HOUR})
    spec = with_laptop(20 * HOUR, leaves=5 * HOUR)
    spec = spec.model_copy(update={"switches": Switches(downloads=Downloads.POLICY_FIRST)})
    only = ("LAPTOP-0001",)
    look = played.Deed(
        lambda s: s.swapped and s.wait and s.wait.reading and s.wait.reading.waiting_names == only, lambda _: None
    )
    async with played.play(look, spec=spec, limits=limits) as here:
        began = here.stage.clock.now()
        outcome = await here.run()

    assert look.saw.step.purpose is GatePurpose.SWAPPED
    assert outcome is Outcome.COMPLETED
    swap, restore = (next(e for e in here.trail if text in e.message) for text in ("Replace", "Put secure"))
    assert swap.at - began < 10 * HOUR
    assert restore.at - began > 20 * HOUR
    assert here.lost() == []


async def test_covered_clients_that_are_silent_at_the_claim_are_named(played):
    """It was covered and left: the trail names it when the replacement is claimed, and no person is asked about it."""
    limits = LIMITS.model_copy(update={"relax_floor": 6 * HOUR, "gate_patience": 24 * HOUR})
    async with played.play(spec=with_laptop(20 * HOUR, leaves=4 * HOUR), limits=limits) as here:
        outcome = await here.run()

    (quiet,) = (event for event in here.trail if event.kind == "quiet")
    opened, closed = (
        next(event.at for event in here.trail if event.kind == kind and "Replace" in event.message)
        for kind in ("task-opened", "task-closed")
    )
    assert "LAPTOP-0001" in quiet.message
    assert "PC-" not in quiet.message
    assert opened <= quiet.at <= closed
    assert not [code for code, message in here.asked if "LAPTOP" in message and code != "gate-limit"]
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_past_its_limit_the_gate_asks_and_can_be_extended(played):
    """At the limit the rotation stands still with attention; extended, also by the second person, it waits on."""
    extend, proceed, longer = deeds = played.in_turn(
        played.Deed(
            played.asked("gate-limit"), lambda here: here.say(Move.EXTEND, "bob", "she is back tonight", by=HOUR)
        ),
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "it may be lost")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.EXTEND, "bob", "I saw her", by=6 * HOUR)),
    )
    async with played.play(*deeds, spec=with_laptop(11 * HOUR), limits=LIMITS) as here:
        here.absent = played.asks
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(here.state.rotation_id)

    asked = played.attention(extend.saw, "gate-limit")
    assert set(asked.options) == {Move.EXTEND, Move.PROCEED, Move.CANCEL}
    assert "LAPTOP-0001" in asked.message
    assert proceed.seen_at - extend.seen_at >= HOUR, "extended, it did not wait"
    assert all(deed.answer.accepted for deed in (extend, proceed, longer))
    assert outcome is Outcome.COMPLETED
    assert not left_out
    assert here.lost() == []
    assert here.moves() == [
        "extend by bob: she is back tonight",
        "proceed by ann: it may be lost",
        "extend by bob: I saw her",
    ]


async def test_going_on_without_a_client_takes_two_persons_and_names_it(played):
    """The one who asks to proceed cannot approve it; when a second person does, the client is left out by name."""
    proceed, alone, both = deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "it was stolen")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "ann")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "bob")),
    )
    async with played.play(*deeds, spec=with_laptop(timedelta(days=30)), limits=LIMITS) as here:
        here.absent = played.asks
        outcome = await here.run()
        left = await here.stage.store.roster.left_out(here.state.rotation_id)
        names = {client.id: client.name for client in await here.stage.store.roster.entries("site", None)}

    assert proceed.answer.accepted
    assert not alone.answer.accepted
    assert "a second person" in alone.answer.findings[0].remedy
    assert "1 clients" in played.attention(alone.saw, "second-person").message
    assert both.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert [names[client] for client in left] == ["LAPTOP-0001"]
    assert here.lost() == [], "the stolen client is switched off; no other may be cut off"
