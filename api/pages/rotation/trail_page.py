"""The whole trail of a rotation, the oldest entry first: its own page has the newest ones alone."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.events.events import list_events
from api.http.allowed import allowed
from api.pages.frame.rendering import render_page
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId
from store.database.page import PageRequest

router = APIRouter(prefix="/rotations/{rotation_id}/trail", include_in_schema=False)
_ENTRIES = 100


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(
    request: Request,
    rotation_id: RotationId,
    parts: WithParts,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> HTMLResponse:
    """A page of it."""
    page = await list_events(rotation_id, parts, PageRequest(_ENTRIES, cursor))
    rotation = await parts.store.rotations.get(rotation_id)
    return render_page(
        request,
        "trail.html",
        rotation=rotation,
        site=await parts.store.sites.get(rotation.site_id),
        trail=page.items,
        more=f"?{urlencode({'cursor': page.next})}" if page.next else "",
    )
