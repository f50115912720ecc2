"""Rule 16: a cancel waits for the holder of a task, and restores only while the old certificates are in force."""

from emulator.switches import PatchSecureCommunications, PatchSemServer, Switches
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase

ITS_LIST = "Default Management Server List"
SWAPPED = "swapped-while-turning-back"


def holds(kind):
    """Whether an operator holds a task of that kind."""
    return lambda state: state.task and state.task.claimed_by and kind in state.task.step


def turns_back(state):
    """Whether what was begun is being undone."""
    return state.phase is Phase.TURNING_BACK


def is_asked(code):
    """Whether attention of that code is shown."""
    return lambda state: any(each.code == code for each in state.attention)


def keep_and_replace(here):
    """A person has a server make itself another certificate, which was not announced."""
    here.kept["old"] = here.stage.simulation.site.server("SEPM-1").credential
    here.stage.simulation.console.generate_certificate("SEPM-1")


def put_back(here):
    """The former certificate is put back into that server."""
    here.hands.restore_certificate("SEPM-1", here.kept["old"])


async def test_a_cancel_waits_for_the_holder_of_any_task(played):
    """An operator may be in the middle of copying a list at the console: nothing is undone before it is given back."""

    def note(here):
        here.kept["then"] = (here.state.phase, {each.code for each in here.state.attention})
        return here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id)

    deeds = (
        played.Deed(lambda state: state.task and "A1-A4" in state.task.step, claim("bob")),
        played.Deed(holds("A1-A4"), lambda here: here.say(Move.CANCEL)),
        played.Deed(lambda state: state.withdrawing, note, after=played.HEARTBEAT),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: state.task and "A1-A4" in state.task.step
        before = here.settings()
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()

    assert here.kept["then"] == (Phase.PREPARING, {"give-back"})
    assert outcome is Outcome.CANCELLED
    assert [task.state for task in tasks if task.work.kind == "copy_list"] == [TaskState.REFUSED]
    assert here.settings() == before


async def test_what_the_holder_finishes_after_a_cancel_is_undone(played):
    """The copy was made although the rotation was cancelled: the holder says so, and it is deleted again."""

    def finish(here):
        here.kept["done"] = here.stage.simulation.console.copy_list(
            ITS_LIST, f"{ITS_LIST} (HTTP for certificate rotation)"
        )
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)

    deeds = (
        played.Deed(lambda state: state.task and "A1-A4" in state.task.step, claim("bob")),
        played.Deed(holds("A1-A4"), lambda here: here.say(Move.CANCEL)),
        played.Deed(lambda state: state.withdrawing, finish),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: state.task and "A1-A4" in state.task.step
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()

    assert here.kept["done"]
    assert outcome is Outcome.CANCELLED
    assert [task.state for task in tasks if task.work.kind in {"copy_list", "delete_list"}] == [TaskState.DONE] * 2
    began = [event.data["number"] for event in here.trail if event.kind == "step-began"]
    assert "A5" not in began, "the rotation went on after the cancel"


async def test_an_unknown_certificate_stops_the_restore(played):
    """One that was not announced shows up between two restoring writes: nothing more is written until it is gone."""
    spec = played.three(switches=Switches(patch_secure_communications=PatchSecureCommunications.IGNORED))
    asked = is_asked(SWAPPED)
    seen = played.Deed(asked, lambda here: here.kept.update(then=here.settings()))
    deeds = (
        played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL)),
        played.Deed(lambda state: turns_back(state) and state.task and state.task.claimed_by, keep_and_replace),
        seen,
        played.Deed(asked, put_back, after=played.HEARTBEAT),
    )
    async with played.play(*deeds, spec=spec) as here:
        before = here.settings()
        outcome = await here.run()

    assert outcome is Outcome.CANCELLED
    assert played.attention(seen.saw, "third-certificate").subject == "SEPM-1"
    assert not is_asked("third-certificate")(here.state)
    assert {name for name, _ in here.kept["then"].values()} != {ITS_LIST}, "the list was put back all the same"
    assert here.settings() == before


async def test_what_is_restored_by_hand_needs_the_old_certificates_too(played):
    """REST restores nothing here: a claim of it is refused while a server presents another one; a person is asked.

    Without being asked no person would put the old certificate back, and the rotation would never end.
    """
    spec = played.three(switches=Switches(patch_sem_server=PatchSemServer.IGNORED))
    replaced = played.Deed(lambda state: turns_back(state) and state.task, keep_and_replace)
    claimed = played.Deed(lambda state: state.task, claim("bob"))
    asked = played.Deed(is_asked(SWAPPED), put_back)
    again = played.Deed(lambda state: state.task, claim("bob"))
    cancelled = played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL))
    async with played.play(*played.in_turn(cancelled, replaced, claimed, asked, again), spec=spec) as here:
        here.absent = lambda state: turns_back(state) and not again.done
        before = here.settings()
        outcome = await here.run()

    assert not claimed.answer.accepted
    assert [(each.code, each.subject) for each in claimed.answer.findings] == [(SWAPPED, "SEPM-1")]
    asking = played.attention(asked.saw, SWAPPED)
    assert asking.options == (Move.RETRY,)
    assert asking.message.startswith("SEPM-1 does not present the old certificate")
    assert [each.code for each in again.answer.findings] == ["clients-unreported"], "clients may hold the other one"
    assert outcome is Outcome.CANCELLED
    assert here.settings() == before


async def test_who_restores_by_hand_is_shown_another_certificate_and_a_person_is_asked(played):
    """A new certificate is made while bob has the work: he is warned not to do it; the question goes with its cause."""
    spec = played.three(switches=Switches(patch_sem_server=PatchSemServer.IGNORED))
    claimed = played.Deed(lambda state: turns_back(state) and state.task, claim("bob"))
    replaced = played.Deed(lambda state: state.task and state.task.claimed_by == "bob", keep_and_replace)
    asked = played.Deed(is_asked(SWAPPED), put_back)
    gone = played.Deed(
        lambda state: not is_asked(SWAPPED)(state),
        lambda here: here.say(Move.TASK_REFUSED, "bob", task_id=here.state.task.id),
    )
    deeds = (played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL)), claimed, replaced, asked, gone)
    async with played.play(*played.in_turn(*deeds), spec=spec) as here:
        here.absent = lambda state: turns_back(state) and not gone.done
        before = here.settings()
        outcome = await here.run()

    assert {each.code for each in asked.saw.attention} >= {SWAPPED, "proof-lapsed"}
    assert "proof-lapsed" not in {each.code for each in gone.saw.attention}
    assert outcome is Outcome.CANCELLED
    assert here.settings() == before


def claim(who):
    """A person claims the open task."""
    return lambda here: here.say(Move.CLAIM_TASK, who, task_id=here.state.task.id)
