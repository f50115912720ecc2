"""/v1/rotations: starting an approved plan, and looking at what runs."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http.allowed import allowed, require_seen
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.problems import described
from api.manners.entity_tags import IfNoneMatch, tag_of, tagged
from api.parts import WithParts
from api.repeats.request_key import WithRequestKey
from api.rotation.live import live_of
from api.rotation.rotation_document import RotationList, RotationRequest, RotationShown
from api.rotation.starting import retry_after, start
from rotation.identity.permission import Permission
from rotation.values import RotationId, SiteId

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY),
    dependencies=[allowed(Permission.START)],
)
async def start_rotation(
    order: RotationRequest,
    caller: Caller,
    author: WithAuthor,
    parts: WithParts,
    *,
    response: Response,
    key: WithRequestKey,
) -> RotationShown:
    """Start the rotation of a plan that is approved by its hash. The same key again gives the same rotation."""
    await require_seen(parts, caller, {"plan_id": order.plan_id})
    rotation = await start(parts, order, caller, author, key=key.sent)
    plan = await parts.store.plans.get(rotation.plan_id)
    response.headers["Location"] = f"/v1/rotations/{rotation.id}"
    response.headers["Retry-After"] = retry_after(rotation, plan, parts)
    return RotationShown.of(rotation, parts.standings.of(rotation, parts.clock()))


@router.get("", dependencies=[allowed(Permission.SEE)])
async def list_rotations(
    parts: WithParts,
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: str | None = None,
    site: SiteId | None = None,
) -> RotationList:
    """Rotations of the sites that the caller sees, the newest first."""
    wanted = caller.sites if site is None else (site,) if caller.sees(site) else ()
    page = await parts.store.rotations.list(limit, cursor, sites=wanted)
    now = parts.clock()
    items = tuple(RotationShown.of(rotation, parts.standings.of(rotation, now)) for rotation in page.items)
    return RotationList(items=items, cursor=page.cursor)


@router.get(
    "/{rotation_id}",
    response_model=RotationShown,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.SEE)],
)
async def show_rotation(
    rotation_id: RotationId, parts: WithParts, response: Response, if_none_match: IfNoneMatch = None
) -> Any:
    """A rotation: step, gate, coverage, task, attention, next time. Its ETag is that of what is stored.

    A running one is answered in full whatever `If-None-Match` says: what its workflow tells is newer.
    """
    rotation = await parts.store.rotations.get(rotation_id)
    known, live = parts.standings.of(rotation, parts.clock()), await live_of(parts, rotation)
    shown = RotationShown.of(rotation, known, live)
    stored = shown.live is None and shown.trouble is None
    return tagged(shown, tag_of(rotation), if_none_match if stored else None, response)
