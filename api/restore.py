"""/v1/sites/{id}/restore: bringing a site back that was left changed, with no rotation running."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from activities.restoring import NothingToRestoreError, restore_plan
from api.fresh_survey import fresh_survey
from api.live import still_running
from api.parts import WithParts
from api.problems import ProblemError, described
from api.rotation_document import Order, RotationOrder, RotationShown
from api.starting import begin, new_id, retry_after
from rotation.values import SiteId
from store.rotations import SiteBusy

router = APIRouter(prefix="/v1/sites", tags=["rotations"])


@router.post(
    "/{site_id}/restore",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
)
async def restore_site(site_id: SiteId, order: Order, parts: WithParts, response: Response) -> RotationShown:
    """Put back what the last rotation recorded before it changed anything; gated like every other change."""
    await parts.store.sites.get(site_id)
    running = await still_running(parts, site_id)
    if running is not None:
        raise SiteBusy(site_id, running.id)
    if not await parts.store.originals.unrestored(site_id):
        raise _nothing(f"site {site_id}: no rotation left it changed")
    survey_id = await fresh_survey(parts, site_id, order.survey_max_age)
    try:
        plan = await restore_plan(parts.store, site_id, survey_id, now=parts.clock())
    except NothingToRestoreError as nothing:
        raise _nothing(str(nothing)) from None
    await parts.store.plans.add(plan)
    approved = RotationOrder(plan_id=plan.id, plan_hash=plan.hash, who=order.who, why=order.why)
    rotation = await begin(parts, plan, approved, new_id(None), None)
    response.headers["Location"] = f"/v1/rotations/{rotation.id}"
    response.headers["Retry-After"] = retry_after(rotation, plan, parts)
    return RotationShown.of(rotation)


def _nothing(detail: str) -> ProblemError:
    return ProblemError(
        HTTPStatus.CONFLICT, "nothing-to-restore", detail, remedy="nothing has to be done; the site is as it was"
    )
