"""Rows that say who may do what. Each counts only as the last event about it on the service's trail states it.

The event has the digest of the row and the code of the service's trail. So a row that another writer of the database
has made, changed, or put back as it was before a revocation grants nothing. An alarm is on the trail then.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import cast

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from store.database.chain import canonical
from store.database.database import Database
from store.fault import StoreFault
from store.keys.mac_key import Codes, MacKey
from store.schema.base import Base, table_of
from store.schema.columns import to_microseconds
from store.schema.tables import ApiKeyRow, IdentityRow, SubjectRow, WishRow
from store.trail.site_trail import SERVICE, SERVICE_TRAIL, Author, NewTrailEvent, SiteTrail, TrailKind, lock_trail
from store.trail.statements import last_statements, stated_ids

StatedRow = ApiKeyRow | IdentityRow | SubjectRow | WishRow
_TABLES: tuple[type[StatedRow], ...] = (IdentityRow, ApiKeyRow, SubjectRow, WishRow)
_UNSTATED = "used_at"
"""The one column that grants nothing: it changes with every use of a key."""
_DIGEST = "row_sha256"
_UNREADABLE = "a row that cannot be read"
_log = structlog.get_logger(__name__)


class IdentityAltered(StoreFault):
    """A row that says who may do what is not as the service has stated it. It granted nothing."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__(
            f"{', '.join(rows)} in the database: not as the service has stated it on its trail, so nothing is granted"
        )


class AccessRows:
    """One transaction over rows that are stated."""

    def __init__(self, session: AsyncSession, codes: Codes, found: list[str]) -> None:
        self.session = session
        self.codes = codes
        self._found = found
        self._stated: list[tuple[StatedRow, NewTrailEvent]] = []

    async def altered(self, *rows: StatedRow) -> list[StatedRow]:
        """Those of the rows that are not as the service has stated them. An alarm follows."""
        stated = await last_statements(self.session, self.codes, [row.id for row in rows])
        wrong = [row for row in rows if stated.get(row.id, {}).get(_DIGEST) != _digest(row)]
        self._found.extend(map(_name, wrong))
        return wrong

    async def stated(self, row_id: str) -> Mapping[str, str]:
        """What the last event about a row says of it; empty where the service has written none."""
        return (await last_statements(self.session, self.codes, [row_id])).get(row_id, {})

    async def expect(self, *rows: StatedRow) -> None:
        """Nothing where the rows are as the service has stated them.

        Raises:
            IdentityAltered: where one is not.
        """
        if wrong := await self.altered(*rows):
            raise IdentityAltered([_name(row) for row in wrong])

    async def expect_new(self, table: type[StatedRow], row_id: str) -> None:
        """Nothing where the service has never stated a row of that id.

        Raises:
            IdentityAltered: where it has: another writer has deleted the row.
        """
        if row_id in await last_statements(self.session, self.codes, [row_id]):
            self._found.append(f"{row_id} of {table.__tablename__}")
            raise IdentityAltered(self._found)

    def state(
        self,
        row: StatedRow,
        kind: TrailKind,
        message: str,
        *,
        author: Author,
        at: datetime,
        data: Mapping[str, str] | None = None,
    ) -> None:
        """State a row, as it is when the transaction ends, by an event on the service's trail."""
        self.session.add(row)
        event = NewTrailEvent(at=at, kind=kind, message=message, author=author, about=row.id, data=data or {})
        self._stated.append((row, event))

    def events(self) -> list[NewTrailEvent]:
        """The events, with the digests of the rows as they are now."""
        return [event.model_copy(update={"data": {**event.data, _DIGEST: _digest(row)}}) for row, event in self._stated]


class StatedRows:
    """All of them."""

    def __init__(self, database: Database, mac_key: MacKey, trail: SiteTrail) -> None:
        self._database = database
        self._mac_key = mac_key
        self._trail = trail
        self._alarmed = set[str]()
        """Each row raises one alarm in a process, and not one with each request."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AccessRows]:
        """A transaction that reads.

        Raises:
            IdentityAltered: when a row cannot be read.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when codes cannot be compared now.
        """
        codes = await self._mac_key.codes()
        async with self._watched() as found, self._database.read() as session:
            yield AccessRows(session, codes, found)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AccessRows]:
        """A transaction that writes; what it states is on the trail with it, or not at all.

        Raises:
            As `read`.
        """
        codes, head = await self._mac_key.codes(), None
        async with self._watched() as found, self._database.write() as session:
            await lock_trail(session, SERVICE_TRAIL)  # a row and its event are read at two moments
            rows = AccessRows(session, codes, found)
            yield rows
            await session.flush()
            if events := rows.events():
                head = await self._trail.append_within(session, SERVICE_TRAIL, *events)
        if head is not None:
            await self._trail.note(SERVICE_TRAIL, head)

    async def audit(self) -> list[str]:
        """What is not as the service has stated it: rows that were made, changed or put back, and rows that are gone.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when codes cannot be compared now.
        """
        wrong, kept, codes = list[str](), set[str](), await self._mac_key.codes()
        async with self._database.read() as session:
            for table in _TABLES:
                for row_id in (await session.scalars(select(table.id).order_by(table.id))).all():
                    kept.add(row_id)
                    if not await _holds(session, codes, table, row_id):
                        wrong.append(f"{row_id} of {table.__tablename__} is not as the trail states it")
            gone = await stated_ids(session) - kept
        return wrong + [f"{row_id} is on the trail, and not in the database any more" for row_id in sorted(gone)]

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[list[str]]:
        """What is found altered within goes to the trail, once the transaction has ended."""
        found = list[str]()
        try:
            yield found
        except ValidationError:
            found.append(_UNREADABLE)
            raise IdentityAltered(found) from None
        finally:
            for name in found:
                await self._alarm(name)

    async def _alarm(self, name: str) -> None:
        if name in self._alarmed:
            return
        self._alarmed.add(name)
        _log.error("a row that says who may do what was changed in the database, and not by the service", row=name)
        what = f"{name} is not as the service has stated it: it was written by another, and grants nothing"
        alarm = NewTrailEvent(at=datetime.now(UTC), kind=TrailKind.IDENTITY_ALTERED, message=what, author=SERVICE)
        try:
            await self._trail.append(SERVICE_TRAIL, alarm)
        except SQLAlchemyError as error:
            _log.warning("an alarm is not on the service's trail", row=name, reason=type(error).__name__)


async def _holds(session: AsyncSession, codes: Codes, table: type[StatedRow], row_id: str) -> bool:
    try:
        row = cast("StatedRow | None", await session.get(table, row_id))
    except ValidationError:
        return False
    return row is not None and not await AccessRows(session, codes, []).altered(row)


def _name(row: StatedRow) -> str:
    return f"{row.id} of {row.__tablename__}"


def _digest(row: Base) -> str:
    columns = [column.name for column in table_of(type(row)).columns if column.name != _UNSTATED]
    text = canonical([row.__tablename__, {name: _plain(getattr(row, name)) for name in columns}])
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return to_microseconds(value) if isinstance(value, datetime) else value
