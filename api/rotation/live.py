"""What a running rotation's workflow says of itself, where it can be asked."""

from contextlib import suppress

from api.parts import Parts
from api.plan.plan_document import StepShown
from api.rotation.rotation_document import Live
from engine.client.rotations import state
from engine.fault import EngineFault
from rotation.plan.plan import Plan
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
    if now is None:
        return None
    with suppress(PlanAltered):  # the rotation says so by itself
        return live_by(now, await parts.store.plans.get(now.plan_id))
    return Live.of(now, {})


def live_by(now: RotationState, plan: Plan) -> Live:
    """What is shown of a state, with the times of its plan."""
    times = {time.step: time for time in plan.times}
    return Live.of(now, {step.id: StepShown.of(step, times.get(step.id)) for step in plan.body.steps})
