"""Copies of server lists that were reported made and cannot be assigned: their task is opened again."""

from engine.contract import EventKind, WriteAnswer
from rotation.plan.step import Console
from rotation.plan.work.task import CopyList
from rotation.running.state import RotationState
from rotation.values import ListName
from workflows.running import Running
from workflows.steps.console_task import console_task

_CODE = "copy-missing"


def copy_in_hand(state: RotationState) -> Console | None:
    """The step of the copy that the open task asks for; None when that is about something else."""
    if state.task is None:
        return None
    return next((step for step in _copies(state) if step.id == state.task.step), None)


def copy_to_make_again(state: RotationState, left: WriteAnswer, *, given_back: bool) -> Console | None:
    """The step of a copy that REST did not assign since it may not be there; None when all of them are.

    1. SEPM shows lists, and not this one: it is not there
    2. SEPM shows no list at all: it is asked for once more, and no further time unless its holder gives the task back
    3. without REST it is not known: it is asked for when the holder gives back the task to assign it
    """
    doubted = left.unshown
    if not given_back:
        doubted = tuple(name for name in doubted if left.over_rest and name not in state.copies_doubted)
    asked = {*left.missing, *doubted}
    return next((step for step in _copies(state) if _name(step) in asked), None)


async def make_again(run: Running, step: Console, why: str) -> None:
    """Have the copy made that was reported to be there; its task states why.

    Raises:
        TurnBack: when a cancel came, and it has not been made.
    """
    name = _name(step)
    run.state.copies_doubted = tuple(dict.fromkeys((*run.state.copies_doubted, name)))
    text = f"an operator reported the list {name} as made, and it cannot be assigned: {why}"
    run.raise_attention(_CODE, name, f"{text}; its task is open again", ())
    await run.record(EventKind.ATTENTION, text, code=_CODE, subject=name)
    await finish_copy(run, step, because=text)


async def finish_copy(run: Running, step: Console, *, because: str = "") -> None:
    """Wait until the copy is made.

    Raises:
        TurnBack: when a cancel came, and it has not been made.
    """
    await console_task(run, step, because=because)
    run.drop_attention(_CODE)


def _copies(state: RotationState) -> list[Console]:
    return [step for step in state.outline.steps if isinstance(step, Console) and isinstance(step.work, CopyList)]


def _name(step: Console) -> ListName:
    if not isinstance(step.work, CopyList):
        raise TypeError(f"step {step.id} copies no list")
    return step.work.copy_list
