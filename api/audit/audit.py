"""/v1/audit: the verification of every trail, and the events of the service; /v1/sites/{id}/events: those of a site."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from api.http.allowed import allowed
from api.http.problems import described
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId, SiteId, Value
from store.audit import AuditReport
from store.trail.site_trail import SERVICE_TRAIL, TrailEvent

router = APIRouter(prefix="/v1", tags=["audit"])
_SiteQuery = Annotated[SiteId | None, Query(description="Only of this site", max_length=200)]
_RotationQuery = Annotated[RotationId | None, Query(description="Only of this rotation", max_length=200)]
_After = Annotated[int, Query(ge=0, lt=1 << 63)]
_Limit = Annotated[int, Query(ge=1, le=1000)]


class TrailPage(Value):
    """Events in order; the next request gives the number of the last event as `after`."""

    items: tuple[TrailEvent, ...]
    after: int


@router.get("/audit/verification", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.AUDIT)])
async def verify_trails(parts: WithParts, site: _SiteQuery = None, rotation: _RotationQuery = None) -> AuditReport:
    """Verify every trail against its hashes and the heads outside of the database, and every site against its trail."""
    if site is not None:
        await parts.store.sites.get(site)
    if rotation is not None:
        await parts.store.rotations.get(rotation)
    return await parts.store.audit.verify(site, rotation)


@router.get("/audit/events", dependencies=[allowed(Permission.AUDIT)])
async def list_service_trail(parts: WithParts, after: _After = 0, limit: _Limit = 100) -> TrailPage:
    """What people and the service did that belongs to no site, from number `after` on."""
    return _page(await parts.store.trail.list(SERVICE_TRAIL, after, limit), after)


@router.get(
    "/sites/{site_id}/events", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)]
)
async def list_site_trail(
    site_id: SiteId, parts: WithParts, rotation: _RotationQuery = None, after: _After = 0, limit: _Limit = 100
) -> TrailPage:
    """What people and the service did at a site, and every write to its SEPM.

    What a rotation reports of itself is at /v1/rotations/{id}/events.
    """
    await parts.store.sites.get(site_id)
    return _page(await parts.store.trail.list(site_id, after, limit, rotation_id=rotation), after)


def _page(events: tuple[TrailEvent, ...], after: int) -> TrailPage:
    return TrailPage(items=events, after=events[-1].number if events else after)
