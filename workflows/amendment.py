"""Adopting an amendment: the same executed prefix, another rest, approved by a person."""

from engine.contract import ActivityName, EventKind, LoadPlanAnswer, LoadPlanRequest
from rotation.plan import Console, Preflight, Step
from rotation.task import SaveRecoveryFile
from rotation.values import PlanId
from workflows.running import Running


async def adopt(run: Running, plan_id: PlanId) -> None:
    """Go on with plan `plan_id`: its steps follow the one at the cursor, without what is done already."""
    state = run.state
    loaded = await run.call(
        ActivityName.LOAD_PLAN, LoadPlanRequest(plan_id=plan_id), LoadPlanAnswer, summary="load the amendment"
    )
    rest = tuple(step for step in loaded.body.steps if not _done_already(step))
    state.steps = (*state.steps[: state.cursor + 1], *rest)
    state.plan_id, state.plan_hash, state.body = plan_id, loaded.hash, loaded.body
    await run.record(EventKind.AMENDED, f"plan {loaded.hash[:12]}, {len(rest)} steps from here")


def _done_already(step: Step) -> bool:
    """The preflight is this survey; recovery files were saved at the start."""
    return isinstance(step, Preflight) or (isinstance(step, Console) and isinstance(step.work, SaveRecoveryFile))
