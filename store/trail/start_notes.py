"""What a service notes on its trail when it starts: that its database is a copy put in place, and other keys."""

import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import bindparam, case, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database.built_once import built_once
from store.database.database import Database
from store.fault import StoreFault
from store.keys.key_ring import KeyRing
from store.schema.tables import TrailRow
from store.trail.site_trail import SERVICE_TRAIL, Author, NewTrailEvent, SiteTrail, TrailKind

KNOWN = "known"
"""Under this name an event has the ids of all keys that a host knows from then on."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_LAST = built_once(
    select(TrailRow.data)
    .where(TrailRow.site_id == SERVICE_TRAIL)
    .where(TrailRow.data.like(f'%"{KNOWN}"%'))
    # of another host where this one has none: a container has another name at each start
    .order_by(case((TrailRow.address == bindparam("host"), 0), else_=1), TrailRow.number.desc())
    .limit(1)
)
_log = structlog.get_logger(__name__)


def copy_mark(at: datetime) -> int:
    """What a copy of a SQLite database has as its `user_version`: the minute in which it was taken, since 1970."""
    return (at - _EPOCH) // _MINUTE


async def known_keys_of(ring: KeyRing) -> str:
    """The ids of the keys that this host knows, in the order of the alphabet.

    Raises:
        KeyServerDown, KeyServerRefused: when a key server does not tell its newest version.
    """
    found = {key_id for source in ring.sources for key_id in source.ids()}
    return ", ".join(sorted(found | {await ring.sealing().newest()}))


async def note_start(database: Database, ring: KeyRing, trail: SiteTrail, *, host: str = "") -> None:
    """Note what a start has found. Where that cannot be noted now, the log says so, and the next start does it.

    1. the database is a copy that `rotator backup` made, and that was put in place
    2. the host knows other keys that encrypt than at its last start, or than its last change of them
    """
    author = Author(who="the service", address=host or socket.gethostname()[:200])
    try:
        await trail.ready()
        known = await known_keys_of(ring)
        async with database.write_rows() as connection:
            await trail.append_within(connection, SERVICE_TRAIL)  # two that start at once take turns
            now = datetime.now(UTC)
            events = [*await _restored(database, connection, author, now), *await _keys(connection, author, known, now)]
            if not events:
                return
            head = await trail.append_within(connection, SERVICE_TRAIL, *events)
        await trail.note(SERVICE_TRAIL, head)
    except (StoreFault, SQLAlchemyError, OSError) as fault:
        _log.warning("what the start has found is not on the trail", reason=str(fault))


async def _restored(
    database: Database, connection: AsyncConnection, author: Author, now: datetime
) -> list[NewTrailEvent]:
    mark = int(await connection.scalar(text("PRAGMA user_version"))) if database.is_sqlite else 0
    if not mark:
        return []
    await connection.execute(text("PRAGMA user_version = 0"))
    taken = _EPOCH + mark * _MINUTE
    message = f"the database is the copy of {taken:%Y-%m-%d %H:%M} UTC"
    return [_event(TrailKind.BACKUP_RESTORED, message, author, now, {"taken_at": taken.isoformat()})]


async def _keys(connection: AsyncConnection, author: Author, known: str, now: datetime) -> list[NewTrailEvent]:
    last = await connection.scalar(_LAST, {"host": author.address})
    if last is None:
        return [_event(TrailKind.KEYS_FOUND, "keys at the first start", author, now, {KNOWN: known})]
    before, after = (set(each.split(", ")) for each in (json.loads(last)[KNOWN], known))
    if before == after:
        return []
    added, removed = ", ".join(sorted(after - before)), ", ".join(sorted(before - after))
    data = {KNOWN: known, "added": added, "removed": removed}
    message = f"other keys than before: added {added or 'none'}, removed {removed or 'none'}"
    return [_event(TrailKind.KEYS_FOUND, message, author, now, data)]


def _event(
    kind: TrailKind, message: str, author: Author, now: datetime, data: Mapping[str, str | int]
) -> NewTrailEvent:
    return NewTrailEvent(at=now, kind=kind, message=message, author=author, data=data)
