"""Which moves people may make when: each refusal once, and each move where it is allowed."""

from datetime import timedelta

import pytest

from rotation.console.statement import WantedProof
from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.running.moves import refusal
from rotation.running.open_task import OpenTask
from rotation.running.state import Cancelling, Outcome, Proceed, RollingBack
from rotation.running.wait import GateReading, Wait
from rotation.values import TaskId

T1 = TaskId("t1")
TASKS = (Move.CLAIM_TASK, Move.TASK_DONE, Move.TASK_REFUSED)


def waits(make):
    """A gate that is going on."""
    return Wait(
        step="06-A8",
        opened_at=make.t0,
        due=make.at(days=1),
        limit=make.at(days=90),
        heartbeat=timedelta(minutes=5),
    )


def asks(make, *options):
    """An attention that offers those moves."""
    return (Attention(code="x", subject="s", message="m", options=options, raised_at=make.t0),)


@pytest.fixture
def say(make):
    """What is answered to a move: nothing, or the code and the reason of the refusal."""

    def answer(move, state=None, **fields):
        state = state or make.state()
        asked = next((each.question for each in state.attention if move in each.options), "")
        found = refusal(make.message(move, **{"question": asked, **fields}), state)
        return None if found is None else (found.code, found.message)

    return answer


@pytest.mark.parametrize("move", Move)
def test_move_for_another_rotation_is_refused(say, move):
    """A message that names another rotation must not move this one."""
    assert say(move, rotation_id="r9") == (f"{move.value}-refused", "this site runs rotation r1")


@pytest.mark.parametrize(("ticket", "code"), [(2, "message-overtaken"), (3, None), (4, "message-overtaken")])
def test_a_message_about_another_state_is_refused(make, say, ticket, code):
    """Where its sender means the state that was read; any other message is obeyed whatever came before it."""
    state = make.state(dealt_with=3)
    refused = say(Move.HOLD, state, ticket=ticket, unless_overtaken=True)
    assert (refused and refused[0]) == code
    assert say(Move.HOLD, state, ticket=ticket) is None


@pytest.mark.parametrize("move", Move)
def test_ended_rotation_moves_no_more(make, say, move):
    """After the end every move is refused, with how it ended."""
    state = make.state(outcome=Outcome.COMPLETED)
    assert say(move, state) == (f"{move.value}-refused", "the rotation has ended: it was completed")


@pytest.mark.parametrize("move", [Move.HOLD, Move.EXTEND, Move.PROCEED, Move.CANCEL, Move.ROLL_BACK, Move.TASK_REFUSED])
@pytest.mark.parametrize("why", ["", "  \n"])
def test_moves_that_change_the_course_need_a_reason(say, move, why):
    """Blanks are no reason."""
    assert say(move, why=why) == (f"{move.value}-refused", "the move needs a reason")


def test_hold_and_resume_alternate(make, say):
    """What is held cannot be held, what is not held cannot be resumed."""
    held = make.state(held_by="bob")
    assert say(Move.HOLD) is None
    assert say(Move.HOLD, held) == ("hold-refused", "bob already holds the rotation")
    assert say(Move.RESUME, held, why="") is None
    assert say(Move.RESUME) == ("resume-refused", "the rotation is not held")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (None, "the extension needs a length of time"),
        (timedelta(0), "the extension needs a length of time"),
        (timedelta(days=-1), "the extension needs a length of time"),
        (timedelta(days=366), None),
        (timedelta(days=367), "an extension by 367 days is too long"),
        (timedelta.max, "an extension by 999999999 days is too long"),
    ],
)
def test_extend_takes_a_length_that_has_an_end(make, say, by, message):
    """Backwards, not at all, or beyond the end of the calendar is no extension."""
    answer = say(Move.EXTEND, make.state(wait=waits(make)), by=by)
    assert answer == (None if message is None else ("extend-refused", message))


def test_extensions_do_not_add_up_without_an_end(make, say):
    """A gate that waits for more than ten years already is not extended before it is nearer to its limit."""
    wait = waits(make).model_copy(update={"limit": make.at(days=3661)})
    answer = say(Move.EXTEND, make.state(wait=wait), by=timedelta(days=1))
    assert answer is not None
    assert answer[0] == "extend-refused"


def test_no_wait_outlives_an_old_certificate_that_is_needed(make, say):
    """When it ends before its server has a new one, its clients are cut off: the date is named, with a day to spare."""
    site = make.site("s1", "s2")
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], ends=make.at(days=300))
    wait = waits(make).model_copy(update={"limit": make.at(days=290)})
    state = make.state(plan, wait=wait, swapped=("s1",))
    assert say(Move.EXTEND, state, by=timedelta(days=9)) is None
    code, message = say(Move.EXTEND, state, by=timedelta(days=9, seconds=1))
    assert code == "extend-refused"
    assert message == (
        f"the old certificate of s2 ends on {make.at(days=300):%Y-%m-%d}, and a wait until "
        f"{make.at(days=299):%Y-%m-%d} leaves no time to replace it"
    )
    read = GateReading(
        taken_at=make.at(days=295), total=1, covered=0, safe=0, waiting=1, left_out=0, by_reason={}, reached=False
    )
    late = make.state(plan, wait=wait.model_copy(update={"reading": read}), swapped=("s1",))
    assert say(Move.EXTEND, late, by=timedelta(days=9)) is not None, "it counts from now"
    assert say(Move.EXTEND, make.state(plan, wait=wait, swapped=("s1", "s2")), by=timedelta(days=30)) is None


@pytest.mark.parametrize("move", TASKS)
def test_a_task_takes_no_message_while_the_rotation_is_held(make, say, move):
    """The refusal names who holds the rotation, and why, also to the holder of the task."""
    task = OpenTask(id=T1, step="07-A9", opened_at=make.t0, claimed_by="ada")
    held = make.state(task=task, held_by="bob", hold_reason="month's end")
    assert say(move, held, task_id="t1") == (f"{move.value}-refused", "the rotation is held by bob: month's end")


@pytest.mark.parametrize(
    ("number", "holder", "heard"),
    [("recovery", "", True), ("recovery", "ada", True), ("A9", "", False), ("A9", "ada", True), ("A10c", "", True)],
)
def test_the_watch_is_heard_while_it_looks(make, say, number, holder, heard):
    """It is heard while open work shows nothing, or writes settings, or is a replacement that an operator holds.

    A held rotation hears it, too: it shows what was seen, since it looks at nothing. One that wants the task back does
    not.
    """
    steps = make.state().steps
    cursor = next(place for place, step in enumerate(steps) if step.number == number)
    task = OpenTask(id=T1, step=steps[cursor].id, opened_at=make.t0, claimed_by=holder)
    open_now = make.state(cursor=cursor, task=task)
    assert (say(Move.SITE_MOVED, open_now, task_id="t1") is None) is heard
    assert say(Move.SITE_MOVED, open_now) is None, "client ports are watched whatever is open"
    assert (say(Move.SITE_MOVED, make.state(cursor=cursor, task=task, held_by="bob"), task_id="t1") is None) is heard
    assert say(Move.SITE_MOVED, make.state(cursor=cursor, task=task, withdrawing=True)) is not None


def test_the_watch_is_heard_while_no_task_is_open(make, say):
    """It is about certificates then. One about a task that has closed meanwhile is not heard: old histories replay."""
    assert say(Move.SITE_MOVED, make.state()) is None
    assert say(Move.SITE_MOVED, make.state(), task_id="t1") is not None
    assert say(Move.SITE_MOVED, make.state(held_by="bob")) is None


def test_extend_without_a_wait_is_refused(say):
    """There is nothing to extend."""
    assert say(Move.EXTEND, by=timedelta(days=1)) == ("extend-refused", "the rotation waits for no gate now")


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (Move.APPROVE, "no question waits for an approval"),
        (Move.PROCEED, "no gate has reached its limit"),
        (Move.RETRY, "there is nothing to try again"),
    ],
)
def test_answers_need_a_question(make, say, move, message):
    """Approve, proceed and retry are accepted only while they are offered."""
    assert say(move) == (f"{move.value}-refused", message)
    assert say(move, make.state(attention=asks(make, Move.EXTEND))) == (f"{move.value}-refused", message)
    assert say(move, make.state(attention=asks(make, Move.EXTEND, move))) is None


BOB = {"who": "bob", "identity": "identity-bob"}


@pytest.mark.parametrize("who", ["ada", "Ada", "bob", "another name"])
def test_who_wants_to_proceed_cannot_approve_it(make, say, who):
    """Going on without proof takes a second identity, not the first one under another name."""
    wish = Proceed(asked_by="Ada", identity="identity-ada", why="hurry", waiting=3)
    state = make.state(attention=asks(make, Move.APPROVE), proceed=wish)
    assert say(Move.APPROVE, state, who=who) == ("approve-refused", f"{who} asked for it")
    assert say(Move.APPROVE, state, **BOB) is None
    assert say(Move.APPROVE, state, who="Ada", identity="identity-bob") is None


@pytest.mark.parametrize("move", [Move.APPROVE, Move.PROCEED, Move.STATE_GATE, Move.ROLL_BACK])
def test_what_two_persons_do_takes_an_identity(make, say, move):
    """A message that came past the API has a name that any sender may have written."""
    state = make.state(attention=asks(make, move), swapped=("s1",))
    assert say(move, state, identity="") == (f"{move.value}-refused", "the message has the name ada and no identity")


@pytest.mark.parametrize("move", [Move.HOLD, Move.CANCEL])
def test_what_one_person_may_do_takes_none(say, move):
    """A hold or a cancel out of the Temporal UI is obeyed."""
    assert say(move, identity="") is None


def test_cancel(make, say):
    """Before the first certificate it can be cancelled, once."""
    assert say(Move.CANCEL) is None
    cancelled = make.state(cancelling=Cancelling(by="bob", why="no"))
    assert say(Move.CANCEL, cancelled) == ("cancel-refused", "bob already cancelled the rotation")


def test_rule_15_after_a_swap_a_cancel_does_not_restore(make, say):
    """With one certificate replaced, putting the settings back would cut off who does not know it."""
    why = "a cancel puts back settings only, which cuts off clients that do not hold it yet"
    answer = say(Move.CANCEL, make.state(swapped=("s1",)))
    assert answer == ("cancel-refused", f"these servers have their new certificate: s1; {why}")


def test_rule_15_old_certificates_go_back_when_there_are_new_ones_and_once(make, say):
    """Before the first new certificate a cancel is enough; what is on its way back is not turned back again."""
    assert say(Move.ROLL_BACK) == ("roll_back-refused", "no server presents its new certificate yet")
    swapped = make.state(swapped=("s1",))
    assert say(Move.ROLL_BACK, swapped) is None
    asked = make.state(swapped=("s1",), rolling_back=RollingBack(by="bob", why="no"))
    assert say(Move.ROLL_BACK, asked) == ("roll_back-refused", "bob already asked for the roll-back")
    plan = make.plan(make.site("s1"), make.group("G"))
    for purpose, why in (
        ("restore", "only puts settings back"),
        ("roll-back", "already installs the old certificates"),
    ):
        other = plan.model_copy(update={"body": plan.body.model_copy(update={"purpose": purpose})})
        assert why in say(Move.ROLL_BACK, make.state(other, swapped=("s1",)))[1]


def test_rule_15_a_roll_back_is_not_cancelled(make, say):
    """No certificate is back yet, and the new ones are in: restoring would cut clients off."""
    plan = make.plan(make.site("s1"), make.group("G"))
    back = plan.model_copy(update={"body": plan.body.model_copy(update={"purpose": "roll-back"})})
    assert say(Move.CANCEL, make.state(back))[0] == "cancel-refused"


def test_a_recovery_is_cancelled_at_any_time_and_not_rolled_back(make, say):
    """It has changed no setting, and what it puts back is what was there before."""
    plan = make.plan(make.site("s1"), make.group("G"))
    state = make.state(
        plan.model_copy(update={"body": plan.body.model_copy(update={"purpose": "recover"})}), swapped=("s1",)
    )
    assert say(Move.CANCEL, state) is None
    assert "installs the certificate that clients hold" in say(Move.ROLL_BACK, state)[1]


@pytest.mark.parametrize("who", ["ada", "another name"])
def test_who_wants_the_old_certificates_cannot_approve_that(make, say, who):
    """It takes a second person; any person may have it finish."""
    wish = RollingBack(by="Ada", identity="identity-ada", why="no")
    state = make.state(swapped=("s1",), attention=asks(make, Move.APPROVE, Move.FINISH), rolling_back=wish)
    assert say(Move.APPROVE, state, who=who) == ("approve-refused", f"{who} asked for it")
    assert say(Move.APPROVE, state, **BOB) is None
    assert say(Move.FINISH, state, who=who) is None
    assert say(Move.FINISH) == ("finish-refused", "the rotation is finishing")


def test_restore_after_a_swap_cannot_be_cancelled(make, say):
    """A restore puts back what can be put back, with gates; cancelling it would skip them, or wait for ever."""
    plan = make.plan(make.site("s1"), make.group("G"))
    after_swap = plan.model_copy(update={"body": plan.body.model_copy(update={"purpose": "restore"})})
    assert say(Move.CANCEL, make.state(after_swap)) == (
        "cancel-refused",
        "the restore only puts settings back, and certificates were replaced",
    )
    nothing = after_swap.body.model_copy(update={"certificates": ()})
    assert say(Move.CANCEL, make.state(plan.model_copy(update={"body": nothing}))) is None


@pytest.mark.parametrize("move", TASKS)
def test_task_must_be_the_open_one(make, say, move):
    """A message about a task that is not open, or about none, is refused."""
    open_task = make.state(task=OpenTask(id=T1, step="07-A9", opened_at=make.t0))
    assert say(move, task_id="t1") == (f"{move.value}-refused", "the task t1 is not open")
    assert say(move, open_task, task_id="t9") == (f"{move.value}-refused", "the task t9 is not open")
    assert say(move, open_task) == (f"{move.value}-refused", "the task None is not open")
    assert say(move, open_task, task_id="t1") is None


@pytest.mark.parametrize("move", TASKS)
def test_rule_12_a_claimed_task_is_its_holders(make, say, move):
    """Two people at two consoles must not replace one certificate."""
    claimed = make.state(task=OpenTask(id=T1, step="07-A9", opened_at=make.t0, claimed_by="bob"))
    assert say(move, claimed, task_id="t1") == (f"{move.value}-refused", "bob has claimed this task")
    assert say(move, claimed, task_id="t1", who="bob") is None


@pytest.mark.parametrize(("number", "given"), [("recovery", True), ("A9", False)])
def test_another_person_gives_a_task_back_where_its_holder_cannot_be_asked(make, say, number, given):
    """The holder is named, and is that of the task. A replacement only its holder gives back; no other move is so."""
    cursor, step = next(each for each in enumerate(make.state().steps) if each[1].number == number)
    task = OpenTask(id=T1, step=step.id, opened_at=make.t0, claimed_by="bob")
    claimed = make.state(cursor=cursor, task=task)
    asked = ("task_refused-refused", "bob has claimed this task")
    other = ("task_refused-refused", "olga does not hold this task")
    assert say(Move.TASK_REFUSED, claimed, task_id="t1", who="eve", holder="bob") == (None if given else asked)
    assert [say(Move.TASK_REFUSED, claimed, task_id="t1", who=who, holder="olga") for who in ("eve", "bob")] == [
        other
    ] * 2
    assert say(Move.TASK_DONE, claimed, task_id="t1", who="eve", holder="bob") == (
        "task_done-refused",
        "bob has claimed this task",
    )


@pytest.mark.parametrize("move", [Move.CLAIM_TASK, Move.BEGIN_TASK])
@pytest.mark.parametrize("turned", ["cancelling", "rolling_back"])
def test_no_replacement_is_begun_while_the_rotation_turns_back(make, say, move, turned):
    """Other work is claimed as before: putting settings back needs it."""
    asked = {
        "cancelling": Cancelling(by="ann", why="stop"),
        "rolling_back": RollingBack(by="ann", identity="identity-ann", why="stop"),
    }
    steps = make.state().steps
    for number, refused in (("A9", True), ("recovery", False)):
        cursor = next(place for place, step in enumerate(steps) if step.number == number)
        task = OpenTask(id=T1, step=steps[cursor].id, opened_at=make.t0, claimed_by="ada")
        here = {"cursor": cursor, "task": task}
        assert (say(Move.CLAIM_TASK, make.state(**here), task_id="t1")) is None
        answer = say(move, make.state(**here, **{turned: asked[turned]}), task_id="t1")
        if refused:
            assert answer == (f"{move.value}-refused", "the rotation turns back")
        elif move is Move.CLAIM_TASK:
            assert answer is None


def test_a_gate_is_stated_only_when_it_asks(make, say):
    """Not before its minimum, when nothing is asked; with numbers that fit; one statement at a time."""
    asked = GateReading(
        taken_at=make.t0,
        total=3,
        covered=0,
        safe=0,
        waiting=3,
        left_out=0,
        by_reason={},
        reached=False,
        asks=WantedProof(clients=3, text="upload an export"),
    )
    early, wait = make.state(wait=waits(make)), waits(make).model_copy(update={"reading": asked})
    stated = {"clients": "3", "covered": "3"}
    assert say(Move.STATE_GATE, early, attestation=stated) == ("state_gate-refused", "no gate asks for a statement now")
    state = make.state(wait=wait, attention=asks(make, Move.STATE_GATE))
    assert say(Move.STATE_GATE, state, attestation=stated) is None
    assert say(Move.STATE_GATE, state, attestation=stated, why=" ") == ("state_gate-refused", "the move needs a reason")
    other = stated | {"clients": "4"}
    assert say(Move.STATE_GATE, state, attestation=other) is not None
    waiting = Proceed(about="proof-wanted", asked_by="Ada", identity="identity-ada", why="seen", evidence=stated)
    twice = make.state(wait=wait, attention=asks(make, Move.STATE_GATE, Move.APPROVE), proceed=waiting)
    assert say(Move.STATE_GATE, twice, attestation=stated) is not None
    assert say(Move.APPROVE, twice, who="Ann") == ("approve-refused", "Ann asked for it")
    assert say(Move.APPROVE, twice, **BOB) is None


def test_a_gate_is_read_at_once_on_demand(make, say):
    """Where one is open."""
    assert say(Move.LOOK_AGAIN, make.state(wait=waits(make))) is None
    assert say(Move.LOOK_AGAIN) == ("look_again-refused", "the rotation waits for no gate now")
