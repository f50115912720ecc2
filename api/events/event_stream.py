"""/v1/rotations/{id}/events/stream: the audit trail as it grows, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, NamedTuple

import structlog
from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError

from api.events.event_watch import EventWatch
from api.events.listeners import counted
from api.http.allowed import allowed
from api.http.problems import described
from api.manners.paging import IN_DIGITS
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import RotationId
from store.database.page import LARGEST_NUMBER
from store.progress import RotationStatus

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])
_watch = EventWatch()
_AT_ONCE = 100
_STATUS = 5.0
"""Seconds until the rotation is looked at where no event comes: it ends a moment after its last event, or without."""
AGAIN_AFTER = 2000
"""Milliseconds until a browser that lost its connection asks again."""
_log = structlog.get_logger(__name__)


class StreamBegin(NamedTuple):
    """Of which rotation, and behind the event of which number."""

    rotation_id: RotationId
    after: int


async def _begin(
    rotation_id: RotationId,
    parts: WithParts,
    last_event_id: Annotated[
        int, Header(ge=0, le=LARGEST_NUMBER, description="Number of the last event that came"), IN_DIGITS
    ] = 0,
) -> StreamBegin:
    """Refuse what cannot be given before the answer begins: a stream that has begun can refuse nothing.

    A database that was restored from a backup has fewer events than the caller may have seen.
    """
    await parts.store.rotations.get(rotation_id)
    newest = await parts.store.events.last_numbers([rotation_id])
    return StreamBegin(rotation_id, min(last_event_id, newest.get(rotation_id, 0)))


@router.get(
    "/{rotation_id}/events/stream",
    response_class=EventSourceResponse,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS),
    dependencies=[allowed(Permission.SEE), counted],
)
async def stream_events(
    begin: Annotated[StreamBegin, Depends(_begin)], parts: WithParts
) -> AsyncIterator[ServerSentEvent]:
    """What happens, as it is stored. Each event has its number as `id` and its kind as `event`; `over` is the last one.

    A connection that is lost, or has lasted a minute, goes on where it was, by `Last-Event-ID`.
    """
    (rotation_id, after), events, loop = begin, parts.store.events, asyncio.get_running_loop()
    over_at = loop.time() + parts.listen_wait.total_seconds()
    while loop.time() < over_at:
        try:
            # first whether it has ended: what is stored behind that is not there to be read yet
            ended = (await parts.store.rotations.get(rotation_id)).status is not RotationStatus.RUNNING
            page = await events.list(rotation_id, after, _AT_ONCE)
        except SQLAlchemyError as error:
            _log.warning("a stream of events waits for the database", kind=type(error).__name__)
            await asyncio.sleep(_STATUS)
            continue
        for each in page:
            after = each.number
            yield ServerSentEvent(data=each, id=str(after), event=each.kind, retry=AGAIN_AFTER)
        if not page and ended:
            yield ServerSentEvent(event="over", data={"after": after})
            return
        if not page:
            with suppress(TimeoutError):
                await asyncio.wait_for(_watch.next(events, rotation_id, after), _STATUS)
