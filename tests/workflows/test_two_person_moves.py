"""Every move that two persons make together: the first one under another name approves nothing, another one does."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.console.statement import WantedProof
from rotation.plan.outline import Outline
from rotation.running.attention import SECOND, WANTED, Attention
from rotation.running.message import Message, Move
from rotation.running.moves import refusal
from rotation.running.state import RotationState
from rotation.running.wait import GateReading, Wait
from rotation.values import PlanId, RotationId, ServerName, SiteId
from workflows.message_effects import obey

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WISHES = {Move.PROCEED: "gate-limit", Move.STATE_GATE: WANTED, Move.ROLL_BACK: ""}
"""The moves that are wishes, with the attention that each answers."""
ALONE = frozenset(Move) - {Move.APPROVE, *WISHES}
"""What one person does: none of it leaves out a client, or puts a certificate back."""
STATED = {"clients": "2", "covered": "2"}


def asking(code, *moves):
    """A question that offers the moves."""
    return Attention(code=code, subject="s", message="m", options=moves, raised_at=NOW)


def rotation(*attention):
    """A rotation in a gate, past its first certificate."""
    reading = GateReading(
        taken_at=NOW,
        total=2,
        covered=0,
        safe=0,
        waiting=2,
        left_out=0,
        by_reason={},
        reached=False,
        asks=WantedProof(text="state it", clients=2),
    )
    return RotationState(
        rotation_id=RotationId("r1"),
        site_id=SiteId("s1"),
        site_name="Vienna",
        plan_id=PlanId("p1"),
        plan_hash="h",
        outline=Outline.to_load("rotate"),
        started_at=NOW,
        swapped=(ServerName("SEPM-1"),),
        attention=attention,
        wait=Wait(step="A8", opened_at=NOW, due=NOW, limit=NOW, heartbeat=timedelta(hours=1), reading=reading),
    )


def message(move, state, who, identity):
    """What a person says, who has read what is asked."""
    question = next((each.question for each in state.attention if move in each.options), "")
    return Message(
        move=move,
        rotation_id=RotationId("r1"),
        who=who,
        identity=identity,
        why="because",
        request_id=f"{move} {who}",
        question=question,
        attestation=STATED if move is Move.STATE_GATE else {},
    )


def test_each_move_is_a_wish_an_approval_or_one_persons():
    """A move that is new has to be put in its place here."""
    assert {
        *(Move.HOLD, Move.RESUME, Move.EXTEND, Move.LOOK_AGAIN, Move.SITE_MOVED, Move.RETRY, Move.CANCEL, Move.FINISH),
        *(Move.CLAIM_TASK, Move.BEGIN_TASK, Move.TASK_DONE, Move.TASK_REFUSED),
    } == ALONE


@pytest.mark.parametrize("move", WISHES)
def test_wish_and_approval_are_of_two_identities(move):
    """Neither a second name nor a second key of the person who wished makes a second person."""
    code = WISHES[move]
    state = rotation(*([asking(code, move)] if code else []))
    wish = message(move, state, "Ann", "identity-ann")
    assert refusal(wish, state) is None
    assert refusal(wish.model_copy(update={"identity": ""}), state) is not None, "a name is no identity"
    obey(state, wish, now=NOW)
    wished = state.proceed or state.rolling_back
    assert (wished.identity, getattr(wished, "approved_by", "")) == ("identity-ann", "")
    state.attention = (asking(SECOND if code else "roll-back", Move.APPROVE, Move.RETRY),)
    for who in ("Ann", "Ann's other name"):
        refused = refusal(message(Move.APPROVE, state, who, "identity-ann"), state)
        assert refused is not None
        assert refused.message == f"{who} asked for it"
    approval = message(Move.APPROVE, state, "Bob", "identity-bob")
    assert refusal(approval, state) is None
    assert obey(state, approval, now=NOW) is Move.APPROVE
    assert code == "" or state.proceed.approved_by == "Bob"
    assert state.attention == ()


def test_approval_of_another_question_approves_no_wish():
    """An approval that answers something else than the second person is asked leaves the wish as it is."""
    state = rotation(asking("gate-limit", Move.PROCEED))
    obey(state, message(Move.PROCEED, state, "Ann", "identity-ann"), now=NOW)
    second, other = asking(SECOND, Move.APPROVE, Move.RETRY), asking("newborn", Move.APPROVE, Move.RETRY)
    state.attention = (other, second)
    obey(state, message(Move.APPROVE, state, "Bob", "identity-bob"), now=NOW)
    assert state.proceed.approved_by == ""
    assert state.attention == (second,)


def test_retry_confirms_only_the_lists_that_its_question_names():
    """A retry of something else answers no drift: its sender has read of no edited list."""
    state = rotation(asking("task-refused", Move.RETRY), asking("drift", Move.RETRY))
    state.drift_asked = ("Branch List",)
    obey(state, message(Move.RETRY, state, "Ann", "identity-ann"), now=NOW)
    assert state.drift_answer is None
    assert [each.code for each in state.attention] == ["drift"]
    obey(state, message(Move.RETRY, state, "Ann", "identity-ann"), now=NOW)
    assert state.drift_answer == ("Branch List",)
