"""A plan beside the rotations of its site: which one has carried it out, and which of its steps are done."""

from collections.abc import Mapping
from enum import StrEnum

from api.pages.rotation.step_dates import states_of
from api.parts import Parts
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.work.task import TaskState
from store.database.page import PageRequest
from store.progress import Rotation, RotationStatus

_NEWEST = PageRequest(limit=50)
_COMPLETED = (RotationStatus.COMPLETED,)
_RESTORE = "restore"


class StepStanding(StrEnum):
    """Where a step of a plan stands that the running rotation has begun."""

    DONE = "done"
    WITHDRAWN = "withdrawn"
    NOW = "now"


async def carried_out_by(parts: Parts, plan: Plan) -> Rotation | None:
    """The newest rotation that has completed since the plan was made, by it or by one that has all its certificates.

    A rotation that was cancelled or rolled back has carried out nothing: the plan may be started again, in time.
    """
    page = await parts.store.rotations.page(_NEWEST, sites=[plan.body.site_id], statuses=_COMPLETED)
    since = [each for each in page.items if each.created_at >= plan.made_at and each.purpose != _RESTORE]
    plans = await parts.store.plans.of_ids([each.plan_id for each in since])
    wanted = {(each.server, each.fingerprint) for each in plan.body.certificates}

    def has_all(done: Plan | None) -> bool:  # an amendment is another plan
        put_in = {(each.server, each.fingerprint) for each in done.body.certificates} if done is not None else set()
        return bool(wanted) and wanted <= put_in

    return next((each for each in since if each.plan_id == plan.id or has_all(plans.get(each.plan_id))), None)


async def steps_done(parts: Parts, plan: Plan, running: Rotation | None) -> dict[str, StepStanding]:
    """By its id, where each step of `plan` stands that the running rotation has begun; none of a plan of before.

    The rotation may run another plan: an amendment, or a way back, has the steps that are done in it, too.
    """
    if running is None or (plan.made_at <= running.created_at and plan.id != running.plan_id):
        return {}
    states = states_of(await parts.store.tasks.list(rotation_id=running.id))
    steps = (await parts.store.plans.get(running.plan_id)).body.steps[: running.step_index + 1]
    stands = {
        step.id: StepStanding.WITHDRAWN if states.get(step.id) == {TaskState.WITHDRAWN} else StepStanding.DONE
        for step in steps
    }
    if len(steps) > running.step_index:
        stands[steps[-1].id] = StepStanding.NOW
    return {step.id: stands[step.id] for step in plan.body.steps if step.id in stands}


def left_of(body: PlanBody, done: Mapping[str, StepStanding]) -> PlanBody:
    """The steps of a plan that are not done, nor begun and not carried on by a way back."""
    passed = {StepStanding.DONE, StepStanding.WITHDRAWN, *((StepStanding.NOW,) if body.purpose == "roll-back" else ())}
    return body.model_copy(update={"steps": tuple(each for each in body.steps if done.get(each.id) not in passed)})
