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
_ENDED = tuple(each for each in RotationStatus if each is not RotationStatus.RUNNING)
_RESTORE, _ROLL_BACK = "restore", "roll-back"


def is_carried_out(plan: Plan, ended: Rotation | None) -> bool:
    """Whether the rotation that has ended has done what the plan says: a way back, where it was rolled back."""
    if ended is None:
        return False
    way_back = plan.body.purpose == _ROLL_BACK and ended.status is RotationStatus.ROLLED_BACK
    return ended.status is RotationStatus.COMPLETED or way_back


class StepStanding(StrEnum):
    """Where a step of a plan stands that the running rotation has begun."""

    DONE = "done"
    WITHDRAWN = "withdrawn"
    NOW = "now"


async def ended_by(parts: Parts, plan: Plan) -> Rotation | None:
    """The newest rotation that has ended by a plan, or with all its certificates since; one that has completed first.

    One that was cancelled or rolled back has carried out nothing: the plan may be started again, in time.
    """
    page = await parts.store.rotations.page(_NEWEST, sites=[plan.body.site_id], statuses=_ENDED)
    ran = await parts.store.plans.of_ids([each.plan_id for each in page.items])
    found = [each for each in page.items if each.plan_id == plan.id or _has_all(each, ran.get(each.plan_id), plan)]
    return next((each for each in found if each.status is RotationStatus.COMPLETED), found[0] if found else None)


def _has_all(rotation: Rotation, ran: Plan | None, plan: Plan) -> bool:
    """Whether a rotation that began behind `plan` put its certificates in, as far as it came.

    The plan that it ran may be another one by then: an amendment, or a way back, which takes them out again.
    """
    if ran is None or rotation.created_at < plan.made_at or rotation.purpose == _RESTORE:
        return False
    wanted = {(each.server, each.fingerprint) for each in plan.body.certificates}
    if ran.body.purpose == _ROLL_BACK:
        out = {(each.server, each.replaces) for each in ran.body.certificates}
        return bool(out) and out <= wanted
    return bool(wanted) and wanted <= {(each.server, each.fingerprint) for each in ran.body.certificates}


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
