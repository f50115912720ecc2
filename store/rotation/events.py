"""The audit trail: events of a rotation, numbered, each bound to the one before by its hash."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Row, bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.values import RotationId, SiteId, Value
from store.database.built_once import built_once
from store.database.chain import ORIGIN, ChainHead, canonical, chained, verified
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, page_size, read_page
from store.keys.mac_key import MacKey
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import EventRow
from store.trail.heads import Heads


class Event(Value):
    """Something that happened in a rotation."""

    rotation_id: RotationId
    site_id: SiteId
    number: int
    at: datetime
    kind: str
    message: str
    data: dict[str, Any]
    key: str
    hash: str


class NewEvent(Value):
    """An event to be recorded."""

    at: datetime
    kind: str
    message: str
    data: dict[str, Any]
    key: str
    """Makes it the same event, whatever is tried again."""


CONFLICT = "conflict"
"""The kind of an event that says that another one was reported twice, with different content."""
_REQUEST = "request_id"
_KNOWN = built_once(
    select(EventRow.kind, EventRow.message, EventRow.data).where(
        EventRow.rotation_id == bindparam("rotation"), EventRow.key == bindparam("the_key")
    )
)
_CONFLICTS = built_once(
    select(EventRow.number)
    .where(EventRow.rotation_id == bindparam("rotation"), EventRow.key.like(f"{CONFLICT}/%"))
    .limit(1)
)
_LAST = built_once(
    select(EventRow.number, EventRow.hash)
    .where(EventRow.rotation_id == bindparam("rotation"))
    .order_by(EventRow.number.desc())
    .limit(1)
)


_ALL = built_once(
    select(table_of(EventRow)).where(EventRow.rotation_id == bindparam("rotation")).order_by(EventRow.number)
)
_AFTER = built_once(
    select(table_of(EventRow))
    .where(EventRow.rotation_id == bindparam("rotation"), EventRow.number > bindparam("after"))
    .order_by(EventRow.number)
    .limit(bindparam("most"))
)
_NEWEST = built_once(
    select(table_of(EventRow))
    .where(EventRow.rotation_id == bindparam("rotation"))
    .order_by(EventRow.number.desc())
    .limit(bindparam("most"))
)
_OF_KIND = select(table_of(EventRow)).order_by(EventRow.rotation_id, EventRow.number)
_EARLIER = table_of(EventRow).alias()
_NEW = built_once(
    insert(table_of(EventRow)).values(
        position=select(func.coalesce(func.max(_EARLIER.c.position), 0) + 1).scalar_subquery()
    )
)
_IN_ORDER = ListOrder("events", (EventRow.number,))
_LAST_POSITION = built_once(select(func.max(EventRow.position).label("position")))
_ORDER = select(func.pg_advisory_xact_lock(0x0E7E4755))
"""One writer at a time numbers the events of all rotations, until its transaction ends: who reads a position has all
before it. One statement follows it, the last of the transaction. SQLite has one writer in any case."""
_HASHED = ("rotation_id", "number", "site_id", "at", "kind", "message", "data", "key", "previous")


class Events:
    """The events of all rotations. Nothing changes or deletes one."""

    def __init__(self, database: Database, mac_key: MacKey, heads: Heads) -> None:
        self._database = database
        self._mac_key = mac_key
        self._heads = heads

    async def append(self, rotation_id: RotationId, site_id: SiteId, *events: NewEvent) -> ChainHead:
        """Append events, all of them or none. Returns where the trail ends.

        The same event of the same key once more changes nothing. Another event of a known key does not take its place,
        and is not dropped: it is appended as a `conflict` with the digests of both.

        Raises:
            UnknownRotation: when no such rotation is kept.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when the key of codes cannot be opened.
        """
        codes, trail = await self._mac_key.codes(), rotation_name(rotation_id)
        async with self._database.write_rows() as connection:
            # one writer for each rotation, so that numbers have no gap and hashes no fork
            await lock_rotation(connection, rotation_id)
            last = (await connection.execute(_LAST, {"rotation": rotation_id})).one_or_none()
            number, previous = (0, ORIGIN) if last is None else (last.number, last.hash)
            rows: list[dict[str, object]] = []
            for event in await _to_append(connection, rotation_id, events):
                number += 1
                row: dict[str, object] = {
                    "rotation_id": rotation_id,
                    "number": number,
                    "site_id": site_id,
                    "at": event.at,
                    "kind": event.kind,
                    "message": event.message,
                    "data": canonical(to_jsonable_python(event.data)),
                    "key": event.key,
                    "previous": previous,
                }
                previous = chained(row, event.at)
                rows.append({**row, "hash": previous, "code": codes.line(trail, previous)})
            if rows:
                if self._database.is_postgresql:
                    await connection.execute(_ORDER)
                await connection.execute(_NEW, rows)
            head = ChainHead(number=number, hash=previous)
        if rows:
            await self._heads.note(trail, head)
        return head

    async def has_conflict(self, rotation_id: RotationId) -> bool:
        """Whether an event of a rotation was reported twice, with different content."""
        async with self._database.read_rows() as connection:
            return await connection.scalar(_CONFLICTS, {"rotation": rotation_id}) is not None

    async def list(self, rotation_id: RotationId, after: int = 0, limit: int = 100) -> tuple[Event, ...]:
        """The events of a rotation that follow number `after`, in order."""
        names = {"rotation": rotation_id, "after": after, "most": page_size(limit)}
        async with self._database.read_rows() as connection:
            return tuple(_event(row) for row in await connection.execute(_AFTER, names))

    async def page(
        self, rotation_id: RotationId, asked: PageRequest = FIRST_PAGE, *, number_after: int = 0
    ) -> Page[Event]:
        """The events of a rotation that follow a number, in order.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(EventRow).where(EventRow.rotation_id == rotation_id, EventRow.number > number_after)
        return await read_page(self._database, wanted, _IN_ORDER.of(rotation_id), asked, _event)

    async def last_position(self) -> int:
        """The position of the newest event of all rotations; 0 where there is none."""
        async with self._database.read_rows() as connection:
            return (await connection.scalar(_LAST_POSITION)) or 0

    async def of_all(
        self, after: int, limit: int = 100, *, sites: Collection[SiteId] | None = None
    ) -> tuple[tuple[int, Event], ...]:
        """The events of all rotations, or of those of some sites, that follow position `after`: each with its own."""
        table = table_of(EventRow)
        asked = select(table).where(EventRow.position > after).order_by(EventRow.position).limit(page_size(limit))
        if sites is not None:
            asked = asked.where(EventRow.site_id.in_(sites))
        async with self._database.read_rows() as connection:
            return tuple((row.position, _event(row)) for row in await connection.execute(asked))

    async def newest(self, rotation_id: RotationId, limit: int = 30) -> tuple[Event, ...]:
        """The newest events of a rotation, the newest first."""
        names = {"rotation": rotation_id, "most": page_size(limit)}
        async with self._database.read_rows() as connection:
            return tuple(_event(row) for row in await connection.execute(_NEWEST, names))

    async def times_of(self, rotation_id: RotationId, kind: str) -> dict[str, datetime]:
        """When each step of a rotation first had an event of that kind, by the id of the step."""
        return (await self.times_of_all((rotation_id,), kind))[rotation_id]

    async def times_of_all(
        self, rotation_ids: Collection[RotationId], kind: str
    ) -> dict[RotationId, dict[str, datetime]]:
        """The same of several rotations, by one query."""
        asked = _OF_KIND.where(EventRow.rotation_id.in_(rotation_ids), EventRow.kind == kind)
        found: dict[RotationId, dict[str, datetime]] = {each: {} for each in rotation_ids}
        async with self._database.read_rows() as connection:
            for event in map(_event, await connection.execute(asked)):
                found[event.rotation_id].setdefault(str(event.data.get("step", "")), event.at)
        return found

    async def last_numbers(self, rotation_ids: Collection[str]) -> dict[str, int]:
        """The number of the last event of each rotation that has one."""
        numbers = select(EventRow.rotation_id, func.max(EventRow.number)).group_by(EventRow.rotation_id)
        async with self._database.read_rows() as connection:
            rows = await connection.execute(numbers.where(EventRow.rotation_id.in_(rotation_ids)))
            return {row[0]: row[1] for row in rows}

    async def verify_chain(self, rotation_id: RotationId, heads: Collection[ChainHead] = ()) -> ChainHead:
        """Check every event of a rotation. Returns where its trail ends.

        Raises:
            ChainBroken: at the first event that is missing or altered, or that differs from one of the heads.
        """
        trail, codes = rotation_name(rotation_id), await self._mac_key.codes()
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_ALL, {"rotation": rotation_id})
            return verified(rows, trail, _HASHED, codes.lines_of(trail), heads)


def rotation_name(rotation_id: str) -> str:
    """How reports and heads name the trail of a rotation."""
    return f"rotation {rotation_id}"


async def _to_append(
    connection: AsyncConnection, rotation_id: RotationId, events: Iterable[NewEvent]
) -> list[NewEvent]:
    """Those of the events that are not known, and a conflict for each that is known with other content."""
    known, new = dict[str, str](), list[NewEvent]()
    for event in events:
        digest = _digest(event.kind, event.message, to_jsonable_python(event.data))
        kept = known.get(event.key) or await _kept_digest(connection, rotation_id, event.key)
        if kept is None:
            known[event.key] = digest
            new.append(event)
        elif kept != digest:
            conflict = _conflict(event, kept, digest)
            if conflict.key not in known and await _kept_digest(connection, rotation_id, conflict.key) is None:
                known[conflict.key] = digest
                new.append(conflict)
    return new


async def _kept_digest(connection: AsyncConnection, rotation_id: RotationId, key: str) -> str | None:
    row = (await connection.execute(_KNOWN, {"rotation": rotation_id, "the_key": key})).one_or_none()
    return None if row is None else _digest(row.kind, row.message, json.loads(row.data))


def _digest(kind: str, message: str, data: Mapping[str, object]) -> str:
    """What tells the content of an event from any other.

    Not its time: a worker that ends within a workflow task has the next one report the same at another time. Nor the
    HTTP request by which it came: a caller that got no answer has sent the same message by another one meanwhile.
    """
    content = {name: value for name, value in data.items() if name != _REQUEST}
    return hashlib.sha256(canonical([kind, message, content]).encode()).hexdigest()


def _conflict(event: NewEvent, kept: str, reported: str) -> NewEvent:
    return NewEvent(
        at=event.at,
        kind=CONFLICT,
        message=f"event {event.key} was reported again with other content: {event.kind}, {event.message}",
        data={"key": event.key, "kept_sha256": kept, "reported_sha256": reported, "reported": event.data},
        # the same report once more is the same conflict
        key=f"{CONFLICT}/{event.key}/{reported}",
    )


def _event(row: Row[*tuple[Any, ...]] | EventRow) -> Event:
    return Event(
        rotation_id=RotationId(row.rotation_id),
        site_id=SiteId(row.site_id),
        number=row.number,
        at=row.at,
        kind=row.kind,
        message=row.message,
        data=json.loads(row.data),
        key=row.key,
        hash=row.hash,
    )
