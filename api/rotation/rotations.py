"""/v1/rotations: starting an approved plan, and looking at what runs."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http.allowed import allowed, require_seen
from api.http.authors import WithAuthor
from api.http.caller import Caller, seen_sites
from api.http.problems import described
from api.manners.entity_tags import IfNoneMatch, tag_of, tagged
from api.manners.paging import AskedPage
from api.parts import WithParts
from api.repeats.request_key import WithRequestKey
from api.rotation.live import live_of, state_now
from api.rotation.rotation_document import RotationList, RotationRequest, RotationShown
from api.rotation.starting import retry_after, start
from api.rotation.waiting import rotation_shown
from rotation.bounds import LONGEST
from rotation.identity.permission import Permission
from rotation.values import RotationId, SiteId
from store.progress import RotationStatus

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(
        HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS
    ),
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
    return rotation_shown(parts, rotation)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def list_rotations(
    parts: WithParts,
    caller: Caller,
    asked: AskedPage,
    site_id: Annotated[SiteId | None, Query(max_length=LONGEST)] = None,
    status: Annotated[
        list[RotationStatus] | None, Query(max_length=20, description="May be given more than once")
    ] = None,
) -> RotationList:
    """Rotations of the sites that the caller sees, the newest first, as they are stored."""
    page = await parts.store.rotations.page(asked, sites=seen_sites(caller, site_id), statuses=status)
    return RotationList.of(page, lambda rotation: rotation_shown(parts, rotation))


@router.get(
    "/{rotation_id}",
    response_model=RotationShown,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.SEE)],
)
async def show_rotation(
    rotation_id: RotationId,
    parts: WithParts,
    response: Response,
    *,
    live: Annotated[bool, Query(description="Ask its workflow, too, how it stands now")] = False,
    if_none_match: IfNoneMatch = None,
) -> Any:
    """A rotation as it last reported: step, coverage, attention, next time. `live=true` asks it how it stands now.

    Its ETag is that of what is stored. With `live=true`, and where something is wrong with it, it is answered in full
    whatever `If-None-Match` says.
    """
    rotation = await parts.store.rotations.get(rotation_id)
    now = await state_now(parts, rotation) if live else None
    shown = rotation_shown(parts, rotation, await live_of(parts, now))
    stored = shown.live is None and shown.trouble is None
    return tagged(shown, tag_of(rotation), if_none_match if stored else None, response)
