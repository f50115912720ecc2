"""Which step a request to an activity is about."""

from engine.contract import StepRef
from rotation.plan import Step
from rotation.state import RotationState

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
