"""What a running rotation's workflow says of itself, where it can be asked."""

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.parts import Parts
from api.plan_document import StepShown
from api.rotation_document import Live
from api.starting import hand_over
from engine.calls import CEILING, within
from engine.fault import EngineFault
from engine.ids import rotation_workflow
from engine.rotations import state
from rotation.running.state import RotationState
from rotation.values import SiteId
from store.progress import Progress, Rotation, RotationStatus


async def live_of(parts: Parts, rotation: Rotation) -> Live | None:
    """The workflow's own state; None when the rotation has ended, or cannot be asked now."""
    if rotation.status is not RotationStatus.RUNNING:
        return None
    try:
        now = await state(parts.temporal, rotation.site_id)
    except EngineFault:
        return None
    if now.rotation_id != rotation.id:
        return None
    return Live.of(now, await _forecast(parts, now))


async def still_running(parts: Parts, site_id: SiteId) -> Rotation | None:
    """The running rotation of a site. One that was recorded and not started is started now.

    One whose workflow was ended from outside is noted as terminated.

    Raises:
        TemporalDown, NoAnswer: when nobody can tell.
    """
    rotation = await parts.store.rotations.running(site_id)
    if rotation is not None and rotation.unheard:
        await hand_over(parts, rotation)
    if rotation is None or await _workflow_runs(parts, site_id):
        return rotation
    now = parts.clock()
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
    await parts.store.rotations.project(rotation.id, ended, now)
    return None


async def _workflow_runs(parts: Parts, site_id: SiteId) -> bool:
    handle = parts.temporal.get_workflow_handle(rotation_workflow(site_id))
    try:
        async with within(CEILING, silence="Temporal has not said whether the rotation runs; try again"):
            return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise


async def _forecast(parts: Parts, now: RotationState) -> dict[str, StepShown]:
    plan = await parts.store.plans.get(now.plan_id)
    times = {time.step: time for time in plan.times}
    return {step.id: StepShown.of(step, times.get(step.id)) for step in plan.body.steps}
