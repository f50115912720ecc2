"""Earliest and expected times of every step: what a calendar wants to know, outside the hash."""

from datetime import datetime, timedelta

from rotation.plan.plan import PlanBody, StepTime
from rotation.plan.step import Closing, Console, Gate, GatePurpose, Holdout, Step

_PERSON = timedelta(minutes=30)
"""A person's usual time for a console task; a site's own automation is faster."""
_WRITE = timedelta(seconds=30)


def step_least(step: Step) -> timedelta:
    """The least time of `step` by its own rule, without people and machines."""
    match step:
        case Gate() | Holdout() | Closing():
            return step.minimum
        case _:
            return timedelta(0)


def least(body: PlanBody) -> timedelta:
    """The plan's own least time: gates' minima, holdout, closing check."""
    return sum((step_least(step) for step in body.steps), timedelta(0))


def forecast(body: PlanBody, *, start: datetime) -> tuple[StepTime, ...]:
    """When each step can begin at the earliest, and when it is expected to."""
    earliest, expected = start, start
    times = []
    for step in body.steps:
        times.append(StepTime(step=step.id, earliest=earliest, expected=expected, least=step_least(step)))
        earliest += step_least(step)
        expected += _expected(step)
    return tuple(times)


def _expected(step: Step) -> timedelta:
    match step:
        case Console():
            return _PERSON
        case Gate() | Holdout() | Closing():
            return step.minimum
        case _:
            return _WRITE


def promised(step: Step) -> timedelta:
    """How long `step` may last: a wait for clients that are away until a person decides, another step as expected.

    The holdout, and the gate before servers of relaxed groups are replaced, are promised to absentees at their full
    length (rule 3). They end sooner when every client has come back, which is not known beforehand.
    """
    match step:
        case Holdout():
            return step.maximum
        case Gate(purpose=GatePurpose.RELAXED) if not step.over_canaries:
            return max(step.patience, step.minimum)
        case Gate(purpose=GatePurpose.DRILLED):  # it ends at its limit by itself
            return max(step.patience, step.minimum)
        case _:
            return _expected(step)
