"""/v1/sites/{id}/recovery-plans: a certificate is damaged or lost, and the same one goes back in."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.allowed import allowed
from api.http.problems import described
from api.parts import WithParts
from api.plan.new_plans import kept, made_before, shown
from api.plan.plan_document import PlanShown
from api.plan.recovery_document import RecoveryRequest
from api.repeats.request_key import WithRequestKey
from rotation.identity.permission import Permission
from rotation.values import SiteId
from service.plans.recovery_planning import recovery_plan
from store.site.sites import require_in_use

router = APIRouter(prefix="/v1/sites", tags=["plans"])


@router.post(
    "/{site_id}/recovery-plans",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
    dependencies=[allowed(Permission.PLAN)],
)
async def plan_recovery(
    site_id: SiteId, order: RecoveryRequest, parts: WithParts, response: Response, key: WithRequestKey
) -> PlanShown:
    """Look at every server, and plan to put back the certificates that clients hold. Nothing is touched.

    SEPM is not asked: its REST port may have the same damage. Start the plan as any other, by its hash.
    """
    site = require_in_use(await parts.store.sites.get(site_id))
    if (before := await made_before(parts, key)) is not None:
        return shown(before, response)
    copies = order.copies(site)
    presents = await asyncio.gather(*(parts.probe.probe(server) for server in site.servers))
    plan = await recovery_plan(parts.store, site, presents, copies, order.held, now=parts.clock())
    return shown(await kept(parts, plan, key), response)
