"""What is stopped still that hands out Sylink.xml, by the tasks of a rotation (rule 26)."""

import pytest

from rotation.plan.work.hand_outs import HandOut, HandOutKind, Stopped
from rotation.plan.work.left_stopped import left_stopped, stated_before, to_start
from rotation.plan.work.task import ConsoleTask, Evidence, SaveRecoveryFile, StartHandOuts, StopHandOuts, TaskState
from rotation.values import ServerName

SCRIPT, PACKAGE = HandOut(kind=HandOutKind.GPO, name="Script"), HandOut(kind=HandOutKind.PACKAGE, name="SEP")


@pytest.fixture
def task(make):
    """A task of that work and state."""

    def made(work, state=TaskState.DONE, stopped="", held="ada"):
        return ConsoleTask.model_validate(
            {
                "id": "t",
                "rotation_id": "r",
                "site_id": "s",
                "site_name": "S",
                "step": "02-hand-outs",
                "number": "hand-outs",
                "state": state,
                "evidence": Evidence.ATTESTED,
                "work": work,
                "title": "",
                "instructions": (),
                "opened_at": make.t0,
                "claimed_by": held,
                "attestation": {"stopped": stopped} if stopped else {},
            }
        )

    return made


def test_what_was_stopped_is_left_until_it_is_started(task):
    """Stopped, and started again; a roll-back stops it once more."""
    stop, start = task(StopHandOuts(), stopped="gpo: Script"), task(StartHandOuts())
    assert left_stopped([stop]) == Stopped(what=(SCRIPT,))
    assert not left_stopped([stop, start]).is_anything
    assert left_stopped([stop, start, stop]) == Stopped(what=(SCRIPT,))
    assert left_stopped([stop, task(StopHandOuts(), stopped="package: SEP")]) == Stopped(what=(SCRIPT, PACKAGE))


def test_where_tasks_are_lost_it_stays_unknown(task):
    """It is unknown until an operator has started whatever was stopped."""
    lost = Stopped(unstated=True)
    assert left_stopped([], lost) == lost
    assert not left_stopped([task(StartHandOuts())], lost).is_anything


def test_nothing_is_left_where_nothing_was_stopped(task):
    """The evidence is `none`, or no operator took the task."""
    assert not left_stopped([task(StopHandOuts(), stopped="none")]).is_anything
    assert not left_stopped([task(StopHandOuts(), TaskState.WITHDRAWN, held="")]).is_anything
    assert to_start(StartHandOuts(), [task(StopHandOuts(), stopped="none")]) is None


@pytest.mark.parametrize("state", [TaskState.CLAIMED, TaskState.REFUSED, TaskState.WITHDRAWN])
def test_who_held_the_task_may_have_stopped_anything(task, state):
    """It is unknown until an operator names what was stopped."""
    begun = task(StopHandOuts(), state)
    assert left_stopped([begun]) == Stopped(unstated=True)
    assert not left_stopped([begun, task(StopHandOuts(), stopped="none")]).is_anything
    assert left_stopped([task(StopHandOuts(), stopped="whatever")]) == Stopped(unstated=True)


FIRST = SaveRecoveryFile(server=ServerName("s1"), asks_hand_outs=True)


def test_what_was_stated_with_the_first_recovery_file_is_left_like_any_other(task):
    """It counts once that task is done; a task that does not ask, and one without a statement, say nothing."""
    stated = task(FIRST, stopped="gpo: Script")
    assert left_stopped([stated]) == Stopped(what=(SCRIPT,))
    assert (stated_before([stated]), stated_before([task(FIRST, stopped="none")])) == (True, True)
    assert not left_stopped([task(FIRST, stopped="none")]).is_anything
    other = SaveRecoveryFile(server=ServerName("s2"))
    for silent in (task(FIRST), task(FIRST, stopped=" "), task(other, stopped="none")):
        assert not stated_before([silent])
        assert not left_stopped([silent]).is_anything


@pytest.mark.parametrize("state", [TaskState.CLAIMED, TaskState.REFUSED, TaskState.WITHDRAWN])
def test_who_held_the_task_of_the_first_recovery_file_may_have_stopped_anything(task, state):
    """It is unknown until an operator names what was stopped; of other recovery files nothing follows."""
    assert left_stopped([task(FIRST, state)]) == Stopped(unstated=True)
    assert not stated_before([task(FIRST, state, stopped="none")])
    assert not left_stopped([task(SaveRecoveryFile(server=ServerName("s2")), state)]).is_anything
    assert not left_stopped([task(FIRST, TaskState.WITHDRAWN, held="")]).is_anything


def test_a_task_names_all_that_is_to_be_started(task):
    """What an earlier rotation has left stopped stands in the plan; what this one has stopped is added."""
    planned = StartHandOuts(stopped=(PACKAGE,))
    assert to_start(planned, []) == planned
    assert to_start(planned, [task(StopHandOuts(), stopped="gpo: Script; package: SEP")]) == StartHandOuts(
        stopped=(PACKAGE, SCRIPT)
    )
    begun = task(StopHandOuts(), TaskState.REFUSED)
    assert to_start(StartHandOuts(), [begun]) == StartHandOuts(unstated=True)
    assert to_start(StartHandOuts(unstated=True), []) == StartHandOuts(unstated=True)
