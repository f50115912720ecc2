"""The audit trail: events of a rotation, numbered, each bound to the one before by its hash."""

import json
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Row, bindparam, insert, select

from rotation.values import RotationId, SiteId, Value
from store.database.built_once import built_once
from store.database.chain import ORIGIN, ChainHead, canonical, chained, verified
from store.database.database import Database
from store.database.page import page_size
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import EventRow


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


_KNOWN = built_once(
    select(EventRow.key).where(EventRow.rotation_id == bindparam("rotation"), EventRow.key == bindparam("the_key"))
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
_NEW = built_once(insert(table_of(EventRow)))
_HASHED = ("rotation_id", "number", "site_id", "at", "kind", "message", "data", "key", "previous")


class Events:
    """The events of all rotations. Nothing changes or deletes one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, rotation_id: RotationId, site_id: SiteId, *events: NewEvent) -> ChainHead:
        """Append events, all of them or none. Of the same key again the first one stays. Returns where the trail ends.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write_rows() as connection:
            # one writer for each rotation, so that numbers have no gap and hashes no fork
            await lock_rotation(connection, rotation_id)
            known: set[str] = set()
            for event in events:
                known |= set(await connection.scalars(_KNOWN, {"rotation": rotation_id, "the_key": event.key}))
            last = (await connection.execute(_LAST, {"rotation": rotation_id})).one_or_none()
            number, previous = (0, ORIGIN) if last is None else (last.number, last.hash)
            rows: list[dict[str, object]] = []
            for event in events:
                if event.key in known:
                    continue
                known.add(event.key)
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
                rows.append({**row, "hash": previous})
            if rows:
                await connection.execute(_NEW, rows)
            return ChainHead(number=number, hash=previous)

    async def list(self, rotation_id: RotationId, after: int = 0, limit: int = 100) -> tuple[Event, ...]:
        """The events of a rotation that follow number `after`, in order."""
        names = {"rotation": rotation_id, "after": after, "most": page_size(limit)}
        async with self._database.read_rows() as connection:
            return tuple(_event(row) for row in await connection.execute(_AFTER, names))

    async def verify_chain(self, rotation_id: RotationId) -> ChainHead:
        """Check every event of a rotation. Returns where its trail ends.

        Raises:
            ChainBroken: at the first event that is missing or altered.
        """
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_ALL, {"rotation": rotation_id})
            return verified(rows, f"rotation {rotation_id}", _HASHED)


def _event(row: Row[*tuple[Any, ...]]) -> Event:
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
