"""A plan beside the rotations of its site: which one has carried it out, and which of its steps are done."""

from collections.abc import Mapping

from api.parts import Parts
from rotation.plan.plan import Plan, PlanBody
from rotation.plan.work.task import TaskState
from store.database.page import PageRequest
from store.progress import Rotation

_NEWEST = PageRequest(limit=50)
DONE, WITHDRAWN, NOW = "done", "withdrawn", "now"
"""Where a step stands; a step that is ahead has no word."""


async def carried_out_by(parts: Parts, plan: Plan) -> Rotation | None:
    """The newest rotation that has ended since the plan was made, by this plan or by one with its certificates."""
    ended = [each for each in await _since(parts, plan) if each.finished_at is not None]
    plans = await parts.store.plans.of_ids([each.plan_id for each in ended])
    return next((each for each in ended if _has_all(plan, plans.get(each.plan_id))), None)


async def _since(parts: Parts, plan: Plan) -> list[Rotation]:
    page = await parts.store.rotations.page(_NEWEST, sites=[plan.body.site_id])
    return [each for each in page.items if each.created_at >= plan.made_at]


def _has_all(plan: Plan, carried: Plan | None) -> bool:
    """Whether every certificate of `plan` is in `carried`, for the same server; so an amendment counts as its plan."""
    if carried is None or not plan.body.certificates:
        return carried is not None and carried.id == plan.id
    put_in = {(each.server, each.fingerprint) for each in carried.body.certificates}
    return {(each.server, each.fingerprint) for each in plan.body.certificates} <= put_in


async def steps_done(parts: Parts, plan: Plan, running: Rotation | None) -> dict[str, str]:
    """By its id, where each step of `plan` stands that the running rotation has begun; none of a plan of before.

    The rotation may run another plan: an amendment, or a way back, has the steps that are done in it, too.
    """
    if running is None or (plan.made_at <= running.created_at and plan.id != running.plan_id):
        return {}
    steps = (await parts.store.plans.get(running.plan_id)).body.steps
    states: dict[str, set[TaskState]] = {}
    for task in await parts.store.tasks.list(rotation_id=running.id):
        states.setdefault(task.step, set()).add(task.state)
    begun = {step.id: WITHDRAWN if states.get(step.id) == {TaskState.WITHDRAWN} else DONE for step in steps}
    done = {step.id: begun[step.id] for step in steps[: running.step_index]}
    current = {step.id: NOW for step in steps[running.step_index : running.step_index + 1]}
    return {step.id: stands for step in plan.body.steps if (stands := (done | current).get(step.id))}


def left_of(body: PlanBody, done: Mapping[str, str]) -> PlanBody:
    """The steps of a plan that are not done, nor begun and not carried on by a way back."""
    passed = {DONE, WITHDRAWN, *((NOW,) if body.purpose == "roll-back" else ())}
    return body.model_copy(update={"steps": tuple(each for each in body.steps if done.get(each.id) not in passed)})
