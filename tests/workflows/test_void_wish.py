"""A wish to leave clients out is void once the proof is there again: the second person's late word does nothing."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import START
from simulation.played.stage import ROTATION

HEARTBEAT = timedelta(minutes=5)
OFF, BACK = timedelta(minutes=72), timedelta(hours=40)
"""From when to when LATE-0001 is off, since the start: the task is opened after 65 minutes, and two edits follow it."""
LATE = ClientSpec(group=ROOT_GROUP, count=1, prefix="LATE", away=((OFF, BACK),))


def site():
    """Clients that report, and one that takes the first of two edits and is off then."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    return spec.model_copy(update={"clients": (*spec.clients, LATE)})


def open_swap(state):
    """Whether the certificate is waited for."""
    return state.task is not None and state.step.number == "A9"


def edit(here):
    """A person edits a policy of the root."""
    here.stage.simulation.console.edit_policy(ROOT_GROUP)


def bob(move):
    """Bob says that of the task."""
    return lambda here: here.say(move, who="bob", task_id=here.state.task.id)


def is_over(played):
    """Whether there was a wish that waits for a second person no more."""
    seen = []

    def over(state):
        asked = played.asked("second-person")(state)
        seen.extend([asked] if asked else [])
        return bool(seen) and not asked

    return over


@pytest.mark.parametrize("how", ["lapsed", "refused", "claimed"])
async def test_the_proof_that_comes_back_drops_the_wish(played, how):
    """After a refused claim, after a lapse, and where a person is granted a claim before the proof is read on."""
    edits = (
        played.Deed(open_swap, edit, after=timedelta(seconds=2)),
        played.Deed(open_swap, edit, after=HEARTBEAT + timedelta(minutes=3)),
    )
    claim = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=timedelta(minutes=0 if how == "lapsed" else 30))
    wishes = played.in_turn(
        played.Deed(played.asked("claim-refused"), lambda here: here.say(Move.PROCEED, "ann", "it is scrap")),
        second := played.Deed(played.asked("second-person"), lambda here: here.kept.update(wished=here.state.proceed)),
    )
    # refused twice more: LATE-0001 is seen to be back, and must report again
    claims = played.in_turn(
        played.Deed(lambda _: second.done, bob(Move.CLAIM_TASK), after=BACK - 10 * timedelta(hours=1)),
        played.Deed(open_swap, bob(Move.CLAIM_TASK), after=6 * HEARTBEAT),
        again := played.Deed(open_swap, bob(Move.CLAIM_TASK), after=6 * HEARTBEAT),
    )
    over = played.Deed(
        is_over(played), lambda here: here.kept.update(state=here.state.model_copy(), at=here.stage.clock.now())
    )
    late = played.Deed(lambda _: over.done, lambda here: here.say(Move.APPROVE, "eve"), after=timedelta(seconds=1))
    back = played.Deed(lambda state: late.done and open_swap(state) and state.task.claimed_by, bob(Move.TASK_REFUSED))
    deeds = (*edits, claim, *wishes, *(claims if how == "claimed" else ()), over, late, back)
    async with played.play(*deeds, spec=site()) as here:
        here.absent = lambda state: open_swap(state) and not late.done
        outcome = await here.run()

    assert here.kept["wished"].asked_by == "ann"
    assert not {attention.code for attention in here.kept["state"].attention} & {"second-person", "claim-refused"}
    assert here.kept["state"].proceed is None
    assert here.kept["at"] - START > BACK
    assert not late.answer.accepted
    assert how != "claimed" or here.kept["at"] - again.seen_at - again.after < timedelta(minutes=1)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


def another(here):
    """Another computer holds an unknown policy now: it is put back to an image between two edits, and new in SEPM."""
    here.stage.simulation.machines.reimage("PC-0002", image_age=timedelta(0))
    edit(here)


def secured(here):
    """A person has the clients verify: that is no matter of clients that are missing."""
    here.stage.simulation.console.set_secure_communications(ROOT_GROUP, "Default", True)


@pytest.mark.parametrize("before", [another, secured], ids=["as many, and another one", "something else"])
async def test_what_two_persons_did_not_decide_leaves_no_client_out(played, before):
    """When the second person approves, another client is missing instead, or the plan does not fit: it asks again."""
    second, asked = played.asked("second-person"), played.asked("claim-refused")
    edits = [played.Deed(open_swap, edit, after=minutes * timedelta(minutes=1)) for minutes in (0.1, 8)]
    claim = played.Deed(open_swap, bob(Move.CLAIM_TASK))
    deeds = played.in_turn(
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it is scrap")),
        *([played.Deed(second, edit, after=timedelta(hours=26))] if before is another else []),
        played.Deed(second, before, after=timedelta(minutes=8)),
        played.Deed(
            second, lambda here: here.say(Move.APPROVE, "eve"), after=timedelta(hours=31 * (before is another))
        ),
        again := played.Deed(
            lambda state: state.proceed is None and open_swap(state) and state.task.refused,
            lambda here: here.kept.update(at=here.stage.clock.now()) or here.say(Move.CANCEL, "ann"),
            after=timedelta(seconds=1),
        ),
        played.Deed(lambda state: state.withdrawing, bob(Move.TASK_REFUSED)),
    )
    async with played.play(*edits, claim, *deeds, spec=site()) as here:
        here.absent = lambda state: open_swap(state) and not again.done
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(ROTATION)

    assert deeds[-3].answer.accepted
    assert before is not another or here.kept["at"] - START > BACK
    assert sum("the rotation asks again" in event.message for event in here.trail) == 1
    assert (left_out, outcome) == (frozenset(), Outcome.CANCELLED)
