"""That a rotation has changed, as server-sent events: its page then reads what is new."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.events.event_stream import AGAIN_AFTER, StreamBegin, stream_events
from api.events.listeners import counted
from api.http.allowed import allowed
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId
from store.database.page import LARGEST_NUMBER

router = APIRouter(prefix="/rotations/{rotation_id}", include_in_schema=False)
_Number = Annotated[int, Query(ge=0, le=LARGEST_NUMBER)]


async def _begin(
    rotation_id: RotationId,
    parts: WithParts,
    after: _Number = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST_NUMBER)] = None,
) -> StreamBegin:
    """Behind the events that the page shows, or behind the last one that came."""
    await parts.store.rotations.get(rotation_id)
    return StreamBegin(rotation_id, after if last_event_id is None else last_event_id)


@router.get("/changes", response_class=EventSourceResponse, dependencies=[allowed(Permission.SEE), counted])
async def follow(begin: Annotated[StreamBegin, Depends(_begin)], parts: WithParts) -> AsyncIterator[ServerSentEvent]:
    """`changed` for each event of the trail, with its number, and `over` at the end of the rotation."""
    async for each in stream_events(begin, parts):
        event = each.event if each.event == "over" else "changed"
        yield ServerSentEvent(data={}, id=each.id, event=event, retry=AGAIN_AFTER)
