"""/v1/rotations/{id}/events: the audit trail."""

from http import HTTPStatus

from fastapi import APIRouter

from api.http.allowed import allowed
from api.http.problems import described
from api.manners.paging import AskedPage, NumberAfter, PageShown
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId
from store.rotation.events import Event

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


class EventPage(PageShown[Event]):
    """Events in order. A caller that follows a rotation asks later for numbers above that of the last."""


@router.get("/{rotation_id}/events", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_events(
    rotation_id: RotationId,
    parts: WithParts,
    asked: AskedPage,
    number_after: NumberAfter = 0,
) -> EventPage:
    """What happened, the oldest first. Each event carries the hash that binds it to those before."""
    await parts.store.rotations.get(rotation_id)
    page = await parts.store.events.page(rotation_id, asked, number_after=number_after)
    return EventPage(items=page.items, next=page.cursor)
