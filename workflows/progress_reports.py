"""An event of a rotation, and what is shown of it, as they are reported to the store."""

from collections.abc import Sequence
from datetime import datetime

from engine.contract import EventKind, Noted, ProgressReport
from rotation.running.state import RotationState
from rotation.running.wait import GateReading


def noted_of(state: RotationState, kind: EventKind, message: str, *, at: datetime, http_request: str) -> Noted:
    """An event that is stored with the next one."""
    step = state.step
    return Noted(
        number=state.events,
        kind=kind,
        message=message,
        at=at,
        phase=state.phase.value,
        step=step.id if step else "",
        step_number=step.number if step else "",
        http_request=http_request,
    )


def report_of(
    state: RotationState,
    kind: EventKind,
    message: str,
    *,
    at: datetime,
    code: str,
    subject: str,
    http_request: str,
    reading: GateReading | None,
    earlier: Sequence[Noted],
) -> ProgressReport:
    """An event with what is to be shown of the rotation; `reading` is that with which a gate has passed."""
    step = state.step
    return ProgressReport(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        number=state.events,
        kind=kind,
        message=message,
        at=at,
        phase=state.phase.value,
        step=step.id if step else "",
        step_number=step.number if step else "",
        step_title=step.title if step else "",
        step_index=state.cursor,
        step_count=len(state.steps),
        attention=state.attention,
        held=bool(state.held_by),
        reading=state.wait.reading if state.wait else reading,
        next_action_at=state.wait.due if state.wait else None,
        plan_id=state.plan_id,
        plan_hash=state.plan_hash,
        outcome=state.outcome,
        code=code,
        subject=subject,
        http_request=http_request,
        earlier=tuple(earlier),
    )
