"""A replacement that an operator holds: its proof is read again and again, and a lapse is shown."""

from datetime import timedelta

import pytest

from engine.contract import ActivityName
from rotation.running.attention import DRIFT
from rotation.running.message import Message, Move
from rotation.running.state import Outcome
from simulation.played.host import SimulatedHost

LEGACY = "My Company\\Legacy"
COPY = "Default Management Server List (HTTP for certificate rotation)"
LAPSED = "proof-lapsed"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def secure(enabled):
    """Secure communications of a relaxed group are turned on by hand, or off again."""
    return lambda here: here.stage.simulation.console.set_secure_communications(LEGACY, "Default", enabled)


def is_held(state):
    """Whether bob may replace the first certificate."""
    return state.task is not None and state.task.claimed_by == "bob"


def claim(here):
    """Bob claims the task that is open."""
    return here.say(Move.CLAIM_TASK, who="bob", task_id=here.state.task.id)


def give_back(here):
    """Bob gives it back undone."""
    return here.say(Move.TASK_REFUSED, who="bob", task_id=here.state.task.id)


async def test_a_lapsed_proof_is_shown_once_and_read_until_it_is_back(played):
    """A day without proof is one event, and the attention goes at the first reading that finds it back."""
    undone = played.Deed(is_held, secure(True), after=MINUTE)
    redone = played.Deed(played.asked(LAPSED), secure(False), after=DAY)
    no_more = played.Deed(lambda state: is_held(state) and not played.asked(LAPSED)(state), give_back)
    deeds = played.in_turn(played.Deed(played.at("B2"), claim), undone, redone, no_more)
    async with played.play(*deeds) as here:
        here.absent = lambda state: state.task is not None and state.step.number == "B2" and not no_more.done
        outcome = await here.run()

    lapses = [event for event in here.trail if "has lapsed" in event.message]
    assert len(lapses) == 1
    assert no_more.saw is not None
    proven = no_more.saw.task
    assert proven.lapsed_at is None
    # read after as long again as it was missing, or half a day
    assert proven.proven_at - redone.seen_at <= DAY + timedelta(hours=12) + MINUTE
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


@pytest.mark.parametrize(("held", "ago"), [(timedelta(hours=5), 45 * MINUTE), (3 * DAY, timedelta(hours=2.25))])
async def test_a_proof_that_holds_is_read_again_as_long_as_the_task_is_held(played, held, ago):
    """When it is given back, its proof is less than an hour old after hours, and little more than two after days."""
    no_more = played.Deed(is_held, give_back, after=held)
    async with played.play(played.Deed(played.at("B2"), claim), no_more) as here:
        here.absent = lambda state: state.task is not None and state.step.number == "B2" and not no_more.done
        outcome = await here.run()

    assert no_more.saw is not None
    seen = no_more.saw.task
    assert seen.claimed_at + held - ago <= seen.proven_at
    assert outcome is Outcome.COMPLETED


async def test_a_retry_that_crosses_a_look_is_heard(played, monkeypatch):
    """A person confirms an edited list while the rotation looks at the site: the rotation does not ask again."""
    attempt = SimulatedHost._attempt
    sent: list[Message] = []

    async def crossed(host, pending):
        await attempt(host, pending)
        if pending.name is ActivityName.LOOK and played.asked(DRIFT)(here.state) and not sent:
            sent.append(here.say(Move.RETRY))
            host._say(host._running, sent[0])

    monkeypatch.setattr(SimulatedHost, "_attempt", crossed)
    edited = played.Deed(is_held, lambda here: here.stage.simulation.console.edit_list(COPY), after=MINUTE)
    no_more = played.Deed(lambda state: sent and is_held(state) and not state.attention, give_back)
    async with played.play(*played.in_turn(played.Deed(played.at("B2"), claim), edited, no_more)) as here:
        here.absent = lambda state: state.task is not None and state.step.number == "B2" and not no_more.done
        outcome = await here.run()

    first = next(event for event in here.trail if event.kind == "drift-over")
    heard = next(event for event in here.trail if event.kind == "message" and event.message == "retry by ann: because")
    assert heard.at - first.at < MINUTE
    assert outcome is Outcome.COMPLETED


async def test_a_hold_after_a_claim_has_its_holder_begin_nothing(played):
    """No proof is read while a person holds the rotation. It is read at once when the rotation is resumed."""
    hold, undone, seen, resumed, no_more = deeds = played.in_turn(
        played.Deed(is_held, lambda here: here.say(Move.HOLD, "ann", "month's end"), after=MINUTE),
        played.Deed(lambda state: state.held_by, secure(True), after=MINUTE),
        played.Deed(played.asked(LAPSED), secure(False)),
        played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME, "ann"), after=DAY),
        played.Deed(lambda state: is_held(state) and not played.asked(LAPSED)(state), give_back),
    )
    async with played.play(played.Deed(played.at("B2"), claim), *deeds) as here:
        here.absent = lambda state: state.task is not None and state.step.number == "B2" and not no_more.done
        outcome = await here.run()

    assert seen.seen_at - hold.seen_at <= 2 * MINUTE
    shown = played.attention(seen.saw, LAPSED)
    assert shown.message.startswith("bob, do not replace the certificate now. ann holds the rotation")
    assert (seen.saw.task.proof_until, seen.saw.task.begin_until) == (None, None)
    assert len([event for event in here.trail if "has lapsed" in event.message]) == 1
    assert no_more.seen_at - resumed.seen_at <= DAY + 10 * MINUTE
    assert undone.done
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
