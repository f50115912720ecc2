"""Requests to activities that more than one kind of step makes."""

from engine.contract import LeaveOutRequest, StepRef
from rotation.plan.step import Step
from rotation.running.state import Proceed, RotationState
from rotation.values import FoundId

_BACK = "back-"
"""The prefix of a step's id while a cancel undoes it (rotation.procedure.turning_back)."""


def about(state: RotationState, step: Step, *, other: str | None = None) -> StepRef:
    """The reference to `step`, or to the step of the id `other` of the same plan."""
    return StepRef(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        step=other or step.id.removeprefix(_BACK),
    )


def left_out(
    state: RotationState,
    ref: StepRef,
    proceed: Proceed,
    *,
    found: FoundId | None = None,
    builds: tuple[str, ...] = (),
) -> LeaveOutRequest:
    """Leave out, as two persons want, the clients that hold gate `ref`, or are in `found` groups, or of `builds`."""
    return LeaveOutRequest(
        ref=ref,
        found=found,
        builds=builds,
        asked_by=proceed.asked_by,
        approved_by=proceed.approved_by,
        why=proceed.why,
        swapped=state.swapped,
    )
