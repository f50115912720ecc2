"""Adopting an amendment: the same executed prefix, another rest, approved by a person."""

from engine.contract import ActivityName, Counted, EventKind, LoadPlanAnswer, LoadPlanRequest, StepRequest
from rotation.plan.step import Step
from rotation.values import PlanId
from workflows.requests import about
from workflows.running import Running


async def adopt(run: Running, plan_id: PlanId, step: Step) -> None:
    """Go on with plan `plan_id`, which begins with what was done up to `step`; what is new in it is recorded first."""
    state = run.state
    loaded = await run.call(
        ActivityName.LOAD_PLAN, LoadPlanRequest(plan_id=plan_id), LoadPlanAnswer, summary="load the amendment"
    )
    state.plan_id, state.plan_hash, state.body = plan_id, loaded.hash, loaded.body
    state.steps = loaded.body.steps
    request = StepRequest(ref=about(state, step))
    await run.call(ActivityName.RECORD_ORIGINALS, request, Counted, summary="store the settings of what is new")
    left = len(state.steps) - state.cursor - 1
    await run.record(EventKind.AMENDED, f"plan {loaded.hash[:12]}, {left} steps from here")
