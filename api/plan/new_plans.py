"""Plans that requests make: kept once for each key, and shown with their place."""

from contextlib import suppress

from fastapi import Response

from api.parts import Parts
from api.plan.plan_document import PlanShown
from api.repeats.request_key import RequestKey
from rotation.plan.plan import Plan
from service.identity import new_plan_id
from store.rotation.plans import UnknownPlan


async def made_before(parts: Parts, key: RequestKey) -> Plan | None:
    """The plan that a request with this key has made."""
    if key.with_body is None:
        return None
    with suppress(UnknownPlan):
        return await parts.store.plans.get(new_plan_id(key.with_body))
    return None


async def kept(parts: Parts, plan: Plan, key: RequestKey) -> Plan:
    """Keep a new plan. Its id follows from the key, where the caller has sent one."""
    if key.with_body is not None:
        plan = plan.model_copy(update={"id": new_plan_id(key.with_body)})
    await parts.store.plans.add(plan)
    return plan


def shown(plan: Plan, response: Response) -> PlanShown:
    """The document of a new plan, with its place in the headers."""
    response.headers["Location"] = f"/v1/plans/{plan.id}"
    return PlanShown.of(plan)
