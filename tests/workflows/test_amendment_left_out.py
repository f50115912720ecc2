"""An amendment that leaves out clients: one person wishes it, and another one, who reads the names, approves it."""

from datetime import timedelta

from emulator.spec import ClientSpec
from rotation.running.message import Move
from rotation.running.state import Outcome

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = "My Company\\Legacy"
"""The group that is relaxed."""


def needs_relax(here):
    """A client that does not fail over appears in a group that did: the rest of the plan differs."""
    here.hands.reinstall("BRANCH-0001", "14.2.5323.2000")


def site(played):
    """Three clients of the relaxed group go away while the holdout runs, and stay away."""
    spec = played.three()
    gone = ClientSpec(group=OLD, count=3, prefix="GONE", away=((6 * DAY, 40 * DAY),))
    return spec.model_copy(update={"clients": (*spec.clients, gone)})


async def test_leaving_out_by_an_amendment_takes_two_persons(played):
    """It names whom it leaves out. One person does not get it adopted, nor do two names of one identity; two do."""
    differs, second = played.asked("plan-differs"), played.asked("second-person")
    _, first, declined, wish, costume, other = deeds = played.in_turn(
        played.Deed(differs, lambda here: here.say(Move.APPROVE, "eve")),
        played.Deed(differs, lambda here: here.say(Move.PROCEED, "ann", "they are away")),
        played.Deed(second, lambda here: here.say(Move.RETRY, "eve")),
        played.Deed(differs, lambda here: here.say(Move.PROCEED, "ann", "they were scrapped")),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "Ann Admin", identity="ann")),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "eve")),
    )
    limits = played.QUICK.model_copy(
        update={"away_limit": 2 * HOUR, "holdout_minimum": 7 * DAY, "holdout_maximum": 9 * DAY}
    )
    change = played.Deed(played.at("B5", 1), needs_relax)
    async with played.play(change, *deeds, spec=site(played), limits=limits, leave_out_away=True) as here:
        here.absent = lambda state: not other.answer and (differs(state) or second(state))
        before = (await here.planned(here.stage)).body
        outcome = await here.run()

    names = [f"GONE-000{number}" for number in (1, 2, 3)]
    assert before.left_out == ()
    for deed, code in ((wish, "plan-differs"), (other, "second-person")):
        text = played.attention(deed.saw, code).message
        assert "leaves out by name 3 clients that the approved plan counts" in text
        assert all(name in text for name in names)
        assert "plan plan-" in text, "it can be read before it is approved"
    assert [each.answer.accepted for each in deeds] == [False, True, True, True, False, True]
    assert wish.saw.proceed is None, "a wish that the second person declines is over"
    questions = [played.attention(deed.saw, "second-person").question for deed in (declined, other)]
    assert len(set(questions)) == 2, "two wishes are two questions"
    assert played.attention(first.saw, "plan-differs").question == played.attention(wish.saw, "plan-differs").question
    assert costume.answer.findings[0].message == "Ann Admin asked for it"
    assert wish.saw.plan_hash == other.saw.plan_hash != here.state.plan_hash
    assert sorted(client.name for client in here.body.left_out) == names
    assert outcome is Outcome.COMPLETED
