"""What a running rotation's workflow says of itself, where it can be asked."""

from api.parts import Parts
from api.plan.plan_document import StepShown
from api.rotation.rotation_document import Live
from engine.client.rotations import state
from engine.fault import EngineFault
from rotation.running.state import RotationState
from store.progress import Rotation, RotationStatus
from store.rotation.plans import PlanAltered


async def state_now(parts: Parts, rotation: Rotation) -> RotationState | None:
    """The workflow's own state; None when the rotation has ended, or cannot be asked now."""
    if rotation.status is not RotationStatus.RUNNING:
        return None
    try:
        now = await state(parts.temporal, rotation.site_id)
    except EngineFault:
        return None
    return now if now.rotation_id == rotation.id else None


async def live_of(parts: Parts, now: RotationState | None) -> Live | None:
    """What is shown of a state, with the times of the plan; None of none."""
    return Live.of(now, await _forecast(parts, now)) if now is not None else None


async def _forecast(parts: Parts, now: RotationState) -> dict[str, StepShown]:
    try:
        plan = await parts.store.plans.get(now.plan_id)
    except PlanAltered:  # the rotation says so by itself
        return {}
    times = {time.step: time for time in plan.times}
    return {step.id: StepShown.of(step, times.get(step.id)) for step in plan.body.steps}
