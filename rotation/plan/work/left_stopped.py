"""What hands out Sylink.xml and is still stopped, by the tasks of a rotation (rule 26)."""

from collections.abc import Iterable

from rotation.plan.work.hand_outs import Stopped, is_stated, stopped_by
from rotation.plan.work.task import ConsoleTask, SaveRecoveryFile, StartHandOuts, StopHandOuts, TaskState

_NOTHING = Stopped()


def left_stopped(tasks: Iterable[ConsoleTask], began: Stopped = _NOTHING) -> Stopped:
    """What was stopped and not started again. The holder of a task who stated nothing may have stopped anything.

    Args:
        tasks: in the order in which they were opened.
        began: what was stopped before them; for a rotation whose tasks are lost, it is not known.
    """
    left = began
    for task in tasks:
        match task.work:
            case StopHandOuts() if task.state is TaskState.DONE:
                left = _with_evidence(left, task)
            case SaveRecoveryFile(asks_hand_outs=True) if task.state is TaskState.DONE:
                left = _with_evidence(left, task) if is_stated(task.attestation) else left
            case StopHandOuts() | SaveRecoveryFile(asks_hand_outs=True) if task.claimed_by:
                left = left.model_copy(update={"unstated": True})
            case StartHandOuts() if task.state is TaskState.DONE:
                left = _NOTHING
    return left


def _with_evidence(left: Stopped, task: ConsoleTask) -> Stopped:
    try:
        reported = stopped_by(task.attestation)
    except ValueError:  # evidence of a task whose rotation was ended from outside is taken unchecked
        return left.model_copy(update={"unstated": True})
    return Stopped(what=tuple(dict.fromkeys((*left.what, *reported))))


def stated_before(tasks: Iterable[ConsoleTask]) -> bool:
    """Whether an operator has stated in the task of the first recovery file what was stopped."""
    return any(
        isinstance(task.work, SaveRecoveryFile)
        and task.work.asks_hand_outs
        and task.state is TaskState.DONE
        and is_stated(task.attestation)
        for task in tasks
    )


def to_start(work: StartHandOuts, tasks: Iterable[ConsoleTask]) -> StartHandOuts | None:
    """The work with all that is to be started again; None where there is nothing."""
    left = left_stopped(tasks)
    whole = work.model_copy(
        update={
            "stopped": tuple(dict.fromkeys((*work.stopped, *left.what))),
            "unstated": work.unstated or left.unstated,
        }
    )
    return whole if whole.stopped or whole.unstated else None
