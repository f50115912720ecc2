"""Taking up a plan: the approved one at the beginning, and an amendment with the same executed prefix."""

from engine.contract import (
    ActivityName,
    Counted,
    EventKind,
    LoadPlanAnswer,
    LoadPlanRequest,
    RollBackAnswer,
    RollBackRequest,
    StepRequest,
)
from rotation.plan.step import Step
from rotation.values import PlanId, ServerName
from workflows.requests import about
from workflows.running import Running


async def load(run: Running) -> None:
    """Take up the approved plan: from here on its steps are done.

    Raises:
        TurnBack: when a person cancels before.
    """
    state = run.state
    loaded = await _loaded(run, state.plan_id, state.plan_hash, summary="load the approved plan")
    await run.pause_point()  # a cancel that was heard until now turns back from nothing, whatever the plan is for
    state.outline = loaded.outline
    await run.record(EventKind.STARTED, f"plan {state.plan_hash[:12]}, {len(state.steps)} steps")


async def adopt(run: Running, plan_id: PlanId, step: Step, *, approved: str) -> None:
    """Go on with plan `plan_id`, which begins with what was done up to `step`; what is new in it is recorded first.

    `approved`: the hash that people have approved.
    """
    state = run.state
    loaded = await _loaded(run, plan_id, approved, summary="load the amendment")
    state.plan_id, state.plan_hash, state.outline = plan_id, loaded.hash, loaded.outline
    request = StepRequest(ref=about(state, step))
    await run.call(ActivityName.RECORD_ORIGINALS, request, Counted, summary="store the settings of what is new")
    count = len(state.steps) - state.cursor - 1
    await run.record(EventKind.AMENDED, f"plan {loaded.hash[:12]}, {count} steps from here")


async def adopt_other_way_back(
    run: Running,
    step: Step,
    *,
    summary: str,
    leaves_out: ServerName | None = None,
    goes_on_without: tuple[ServerName, ...] = (),
) -> None:
    """Plan the way back otherwise from `step` on, as two persons want, and go on with that plan."""
    state = run.state
    request = RollBackRequest(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        survey_id="",
        swapped=state.swapped,
        begun=state.cursor + 1,
        proven=(),
        leaves_out=leaves_out,
        goes_on_without=goes_on_without,
    )
    planned = await run.call(ActivityName.PLAN_ROLL_BACK, request, RollBackAnswer, summary=summary)
    await adopt(run, planned.plan_id, step, approved=planned.hash)


async def _loaded(run: Running, plan_id: PlanId, approved: str, *, summary: str) -> LoadPlanAnswer:
    state = run.state
    request = LoadPlanRequest(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan_id, approved=approved)
    return await run.call(ActivityName.LOAD_PLAN, request, LoadPlanAnswer, summary=summary)
