"""/v1/events: the events of all rotations that the caller may see, as they are stored, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
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
from api.http.caller import Caller
from api.http.problems import described
from api.manners.paging import IN_DIGITS
from api.parts import Parts, WithParts
from rotation.identity.permission import Permission

router = APIRouter(prefix="/v1/events", tags=["rotations"])
_watch = EventWatch()
_ALL = "all"
"""What is waited for: an event of any rotation."""
_AT_ONCE = 100
_NO_NEWS = 5.0
"""Seconds until the store is asked by this connection itself."""
_AGAIN_AFTER = 2000
"""Milliseconds until a browser that lost its connection asks again."""
_log = structlog.get_logger(__name__)


class _Newest(NamedTuple):
    """What the watch asks."""

    parts: Parts

    async def last_numbers(self, subjects: Collection[str]) -> Mapping[str, int]:
        """The position of the newest event, for whatever is asked about."""
        return dict.fromkeys(subjects, await self.parts.store.events.last_position())


async def _begin(
    parts: WithParts,
    last_event_id: Annotated[
        int | None,
        Header(ge=0, lt=1 << 63, description="The `id` of the last event that came; 0: from the first of all"),
        IN_DIGITS,
    ] = None,
) -> int:
    """Where the stream begins. It is read before the answer begins: a stream that has begun can refuse nothing.

    A database that was restored from a backup has fewer events than the caller may have seen.
    """
    newest = await parts.store.events.last_position()
    return newest if last_event_id is None else min(last_event_id, newest)


@router.get(
    "",
    response_class=EventSourceResponse,
    responses=described(HTTPStatus.TOO_MANY_REQUESTS),
    dependencies=[allowed(Permission.SEE), counted],
)
async def stream_all_events(
    after: Annotated[int, Depends(_begin)], caller: Caller, parts: WithParts
) -> AsyncIterator[ServerSentEvent]:
    """What happens in all rotations that the caller sees, from now on or from `Last-Event-ID` on, in the order stored.

    The first event is `begun`, with the `id` from which a connection goes on that is lost before anything happens. The
    others have the kind as `event`, and the rotation and its number in `data`. A connection lasts a minute; the next
    one asks whether the key still counts, and goes on by `Last-Event-ID`.
    """
    events, loop, newest = parts.store.events, asyncio.get_running_loop(), _Newest(parts)
    over_at = loop.time() + parts.listen_wait.total_seconds()
    yield ServerSentEvent(event="begun", data={"after": after}, id=str(after), retry=_AGAIN_AFTER)
    while loop.time() < over_at:
        try:
            # first how far all are stored: what is passed over belongs to sites that the caller does not see
            until = await events.last_position()
            page = await events.of_all(after, _AT_ONCE, sites=caller.sites)
        except SQLAlchemyError as error:
            _log.warning("a stream of events waits for the database", kind=type(error).__name__)
            await asyncio.sleep(_NO_NEWS)
            continue
        for position, each in page:
            after = position
            yield ServerSentEvent(data=each, id=str(position), event=each.kind, retry=_AGAIN_AFTER)
        if not page:
            after = max(after, until)
            with suppress(TimeoutError):
                await asyncio.wait_for(_watch.next(newest, _ALL, after), _NO_NEWS)
