"""B5, the holdout: never shorter than its minimum, over on proof, longer only when a person extends it."""

from datetime import timedelta

import pytest

from emulator.scenarios import three_servers
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits

HEARTBEAT = timedelta(minutes=20)
HOUR = timedelta(hours=1)
LIMITS = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=6 * HOUR,
    holdout_maximum=12 * HOUR,
)


def lasted(here):
    """How long the holdout lasted."""
    story = [event for event in here.trail if event.data["number"] == "B5"]
    began = next(event.at for event in story if event.kind == "step-began")
    return next(event.at for event in story if event.kind == "gate-passed") - began


@pytest.mark.parametrize(
    ("away", "least", "most"),
    [(timedelta(minutes=1), 6 * HOUR, 6.5 * HOUR), (40 * HOUR, 6.5 * HOUR, 12 * HOUR)],
    ids=["everybody is here", "some are away"],
)
async def test_the_holdout_ends_on_proof_and_never_before_its_minimum(played, away, least, most):
    """With everybody covered it lasts its minimum; with clients away it ends when they are back, before its maximum."""
    spec = three_servers(clients=15, heartbeat=HEARTBEAT, returns=(away / 2, away))
    async with played.play(spec=spec, limits=LIMITS) as here:
        here.absent = played.asks
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert least <= lasted(here) <= most
    assert here.lost() == []


async def test_at_its_maximum_a_person_decides_and_the_late_clients_are_named(played):
    """Past the maximum the last server is not replaced: the late are named, and left out only by two persons."""

    def served(here):
        return {each.name: each.credential.fingerprint for each in here.stage.simulation.site.servers.values()}

    def proceed(here):
        here.kept["served"] = served(here)
        return here.say(Move.PROCEED, "ann", "these laptops are gone")

    late, both = deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), proceed),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    spec = three_servers(clients=15, heartbeat=HEARTBEAT, returns=(HOUR, timedelta(days=3)))
    async with played.play(*deeds, spec=spec, limits=LIMITS) as here:
        here.absent = played.asks
        outcome = await here.run()

    asked, body = played.attention(late.saw, "gate-limit"), here.body
    assert late.saw.step.number == "B5"
    assert "BRANCH-AWAY-0001" in asked.message
    assert Move.CANCEL not in asked.options, "it would be refused"
    old = {chosen.server: chosen.replaces for chosen in body.certificates}
    assert all(here.kept["served"][server] == old[server] for server in body.holdouts)
    assert both.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert here.lost() == [], "the late ones are still away"


async def test_a_gate_at_which_everybody_is_away_ends_by_two_persons_word(played):
    """The holdout protects them all, so no client is waited for, and none has tried the way: a person is asked."""
    spec = played.three()
    away = ((timedelta(0), timedelta(days=3)),)
    gone = [batch.model_copy(update={"away": away}) for batch in spec.clients if not batch.build.startswith("14.2")]
    proceed, both = deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are on holiday")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )

    async def see_who_is_left_out(here):
        here.kept["left out"] = await here.stage.store.roster.left_out(here.state.rotation_id)

    then = played.Deed(played.at("signed"), see_who_is_left_out, follows=both)
    async with played.play(*deeds, then, spec=spec.model_copy(update={"clients": tuple(gone)})) as here:
        outcome = await here.run()

    assert "no client has shown that the way works" in played.attention(proceed.saw, "gate-limit").message
    assert proceed.saw.step.number == both.saw.step.number == "B3"
    assert outcome is Outcome.COMPLETED
    assert here.kept["left out"] == frozenset()
    assert here.lost() == []
