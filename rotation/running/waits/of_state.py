"""The situation of a rotation as its own workflow has it: what the Temporal UI and messages to people are made of."""

from datetime import datetime

from rotation.plan.step import Console, Step
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import is_only_shown
from rotation.running.state import RotationState
from rotation.running.waits.situation import AskedMatter, CurrentStep, Situation, TaskHeld, WaitMeasure

_RUNNING = "running"


def situation_of(state: RotationState, now: datetime) -> Situation:
    """Where a rotation stands; what the service alone finds wrong with it is not part of that."""
    step, task = state.waits_at, state.task
    return Situation(
        status=state.outcome.value if state.outcome is not None else _RUNNING,
        purpose=state.outline.purpose,
        held=bool(state.held_by),
        held_by=state.held_by,
        hold_reason=state.hold_reason,
        attention=tuple(
            AskedMatter(code=each.code, subject=each.subject)
            for each in state.attention
            if not is_only_shown(each.code, each.options)
        ),
        step=CurrentStep(kind=step.kind, title=step.title) if step is not None else None,
        task=TaskHeld.of(task, replaces=_replaces(step)) if task is not None else None,
        wait=_measure(state),
        next_at=state.wait.due if state.wait is not None else None,
        now=now,
    )


def _replaces(step: Step | None) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


def _measure(state: RotationState) -> WaitMeasure | None:
    wait = state.wait
    if wait is None:
        return None
    measure = WaitMeasure(due=wait.due, limit=wait.limit, next_at=wait.next_at)
    return measure if wait.reading is None else measure.of(wait.reading)
