"""By what right an activity writes to SEPM, as the store is asked before each write."""

from engine.contract import StepRef
from rotation.values import FoundId
from store.rotation.write_admission import WriteGround


def ground_of(ref: StepRef, *, found: FoundId | None = None) -> WriteGround:
    """By what right an activity of that step writes."""
    return WriteGround(
        rotation_id=ref.rotation_id, site_id=ref.site_id, plan_id=ref.plan_id, step_id=ref.step, found=found
    )
