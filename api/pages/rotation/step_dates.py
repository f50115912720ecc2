"""The steps of a rotation with their dates: when each began, and when what is ahead is expected, as late as it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from api.rotation.rotation_document import StepNow
from api.task.task_document import TaskShown
from rotation.plan.plan import PlanBody
from rotation.plan.step import Console
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.values import Value


class DatedStep(Value):
    """A step with the time at which it began, or is expected to begin."""

    step: StepNow
    began_at: datetime | None
    expected: datetime | None
    """Of a step that is ahead, where the plan has times."""
    withdrawn: bool = False
    """Whether the rotation has passed it without its work: the task was withdrawn, as by a roll-back."""
    needless: bool = False
    """Whether it was passed without a task: the site asked for none, or the work was done in another one."""
    given_up: bool = False
    """Whether a roll-back broke it off, as a gate that did not pass."""
    early: bool = False
    """Whether its task is done though the rotation has not come to it: several are open at once, or it turned back."""


def dated(
    steps: Sequence[StepNow],
    began: Mapping[str, datetime],
    now: datetime,
    tasks: Iterable[TaskShown] = (),
    *,
    given_up: Collection[str] = (),
) -> tuple[DatedStep, ...]:
    """Each step with its dates; one whose every task was withdrawn is so, too, and so is a step that was given up."""
    late = _late(steps, began, now)
    states = states_of(tasks)
    return tuple(
        DatedStep(
            step=each,
            began_at=began.get(each.id),
            expected=each.expected + late if each.expected is not None and each.state == "ahead" else None,
            withdrawn=_is_passed(each) and states.get(each.id) == {TaskState.WITHDRAWN},
            needless=_is_passed(each) and each.id not in states,
            given_up=each.id in given_up,
            early=each.state == "ahead" and TaskState.DONE in states.get(each.id, ()),
        )
        for each in steps
    )


def given_up(body: PlanBody, began: Collection[str], ended: Collection[str]) -> frozenset[str]:
    """The steps that a roll-back broke off: begun before it, and never ended. Of a console step its task says more.

    Args:
        body: the plan of the roll-back; any other one has none.
        began: the ids of the steps that have begun.
        ended: the ids of those that have ended.
    """
    before = body.steps[: len(body.steps) - len(body.way_back)] if body.back_from else ()
    return frozenset(each.id for each in before if not isinstance(each, Console)) & set(began) - set(ended)


def states_of(tasks: Iterable[TaskShown | ConsoleTask]) -> dict[str, set[TaskState]]:
    """By the id of a step, the states of its tasks."""
    states: dict[str, set[TaskState]] = {}
    for task in tasks:
        states.setdefault(task.step, set()).add(task.state)
    return states


def _is_passed(step: StepNow) -> bool:
    return (step.kind, step.state) == ("console", "done")


def _late(steps: Sequence[StepNow], began: Mapping[str, datetime], now: datetime) -> timedelta:
    """By how much the rotation is later than its plan, or earlier; nothing that is ahead is expected in the past."""
    place = next((number for number, each in enumerate(steps) if each.state == "current"), None)
    if place is None:
        return timedelta(0)
    current, following = steps[place], steps[place + 1] if place + 1 < len(steps) else None
    at = began.get(current.id)
    late = at - current.expected if at is not None and current.expected is not None else timedelta(0)
    if following is None or following.expected is None:
        return late
    return max(late, now - following.expected)
