"""/v1/rotations/{id}/events: the audit trail."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from api.http.allowed import allowed
from api.http.problems import described
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId, Value
from store.rotation.events import Event

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


class EventPage(Value):
    """Events in order; the next request gives the number of the last event as `after`."""

    items: tuple[Event, ...]
    after: int


@router.get("/{rotation_id}/events", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_events(
    rotation_id: RotationId,
    parts: WithParts,
    after: Annotated[int, Query(ge=0, lt=1 << 63)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> EventPage:
    """What happened, from number `after` on. Each event carries the hash that binds it to those before."""
    await parts.store.rotations.get(rotation_id)
    events = await parts.store.events.list(rotation_id, after, limit)
    return EventPage(items=events, after=events[-1].number if events else after)
