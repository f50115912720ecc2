"""A reading of clients, of a survey or of a gate, and how it changes the roster.

The newest reading that speaks of a client decides, whatever arrives when: an activity that is tried again
may bring an old reading after a new one.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.survey import ObservedClient
from rotation.values import GroupId, SiteId, Value
from store.database import Database
from store.tables import ClientRow, ClientServerRow
from store.upsert import chunks, insert_into

_OF_A_READING = (
    "name",
    "group_id",
    "build",
    "last_seen",
    "last_server",
    "serial",
    "online",
    "non_persistent",
    "present",
    "reading",
    "read_at",
)


class Reading(Value):
    """One reading: `mark` tells its clients from those of any other."""

    site_id: SiteId
    mark: str
    at: datetime
    survey_id: str | None = None


async def record_clients(database: Database, reading: Reading, clients: Iterable[ObservedClient]) -> None:
    """Store what `reading` saw of `clients`, a chunk in each transaction, so that others write in between."""
    # one row for each: paging may show a client twice, and one statement must not write a row twice
    distinct = {client.id: client for client in clients}
    for chunk in chunks(distinct.values()):
        async with database.write() as session:
            await _record(session, reading, chunk)


async def mark_vanished(session: AsyncSession, reading: Reading, groups: Collection[GroupId] | None) -> None:
    """Mark as vanished what `reading` should have shown and did not: the clients of `groups`, or of the site."""
    unseen = (
        update(ClientRow)
        .where(
            ClientRow.site_id == reading.site_id,
            ClientRow.reading != reading.mark,
            ClientRow.read_at <= reading.at,
        )
        .values(present=False, online=False, read_at=reading.at, reading=reading.mark)
        .execution_options(synchronize_session=False)
    )
    if groups is None:
        await session.execute(unseen)
        return
    for some in chunks(groups):
        await session.execute(unseen.where(ClientRow.group_id.in_(some)))


async def _record(session: AsyncSession, reading: Reading, clients: list[ObservedClient]) -> None:
    new = insert_into(session, ClientRow)
    newer = ClientRow.read_at <= new.excluded.read_at
    taken: dict[str, ColumnElement[Any]] = {name: new.excluded[name] for name in _OF_A_READING}
    if reading.survey_id is not None:
        taken["last_survey"] = new.excluded.last_survey
    moved = ClientRow.group_id != new.excluded.group_id
    taken["moved_from"] = case((moved, ClientRow.group_id), else_=ClientRow.moved_from)
    taken["moved_at"] = case((moved, new.excluded.read_at), else_=ClientRow.moved_at)
    newest = new.on_conflict_do_update(index_elements=["site_id", "id"], set_=taken, where=newer)
    await session.execute(newest, [_row(reading, client) for client in clients])
    await _record_servers(session, reading, clients)


async def _record_servers(session: AsyncSession, reading: Reading, clients: list[ObservedClient]) -> None:
    seen = [
        {
            "site_id": reading.site_id,
            "client_id": client.id,
            "server": client.last_server,
            "last_seen": client.last_seen,
        }
        for client in clients
        if client.last_server and client.last_seen is not None
    ]
    if not seen:
        return
    new = insert_into(session, ClientServerRow)
    later = ClientServerRow.last_seen < new.excluded.last_seen
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["site_id", "client_id", "server"], set_={"last_seen": new.excluded.last_seen}, where=later
        ),
        seen,
    )


def _row(reading: Reading, client: ObservedClient) -> dict[str, object]:
    return {
        **client.model_dump(),
        "site_id": reading.site_id,
        "present": True,
        "reading": reading.mark,
        "read_at": reading.at,
        "first_seen_at": reading.at,
        "first_survey": reading.survey_id,
        "last_survey": reading.survey_id,
        "moved_from": None,
        "moved_at": None,
    }
