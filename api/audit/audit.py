"""/v1/audit: the verification of every trail, and the events of the service; /v1/sites/{id}/events: those of a site."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.allowed import allowed
from api.http.problems import described
from api.manners.paging import AskedPage, NumberAfter, PageShown, only_known_parameters
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId, SiteId
from store.audit import AuditReport
from store.trail.site_trail import SERVICE_TRAIL, TrailEvent

router = APIRouter(prefix="/v1", tags=["audit"])
_SiteQuery = Annotated[SiteId | None, Query(description="Only of this site", max_length=200)]
_RotationQuery = Annotated[RotationId | None, Query(description="Only of this rotation", max_length=200)]


class TrailPage(PageShown[TrailEvent]):
    """Events in order. A caller that follows them asks later for numbers above that of the last."""


@router.get(
    "/audit/verification",
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.AUDIT), Depends(only_known_parameters)],
)
async def verify_trails(
    parts: WithParts, site_id: _SiteQuery = None, rotation_id: _RotationQuery = None
) -> AuditReport:
    """Verify every trail against its hashes and the heads outside of the database, and every site against its trail."""
    if site_id is not None:
        await parts.store.sites.get(site_id)
    if rotation_id is not None:
        await parts.store.rotations.get(rotation_id)
    return await parts.store.audit.verify(site_id, rotation_id)


@router.get("/audit/events", dependencies=[allowed(Permission.AUDIT)])
async def list_service_trail(parts: WithParts, asked: AskedPage, number_after: NumberAfter = 0) -> TrailPage:
    """What people and the service did that belongs to no site, the oldest first."""
    page = await parts.store.trail.page(SERVICE_TRAIL, asked, number_after=number_after)
    return TrailPage(items=page.items, next=page.cursor)


@router.get(
    "/sites/{site_id}/events", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)]
)
async def list_site_trail(
    site_id: SiteId,
    parts: WithParts,
    asked: AskedPage,
    rotation_id: _RotationQuery = None,
    number_after: NumberAfter = 0,
) -> TrailPage:
    """What people and the service did at a site, and every write to its SEPM, the oldest first.

    What a rotation reports of itself is at /v1/rotations/{id}/events.
    """
    await parts.store.sites.get(site_id)
    page = await parts.store.trail.page(site_id, asked, number_after=number_after, rotation_id=rotation_id)
    return TrailPage(items=page.items, next=page.cursor)
