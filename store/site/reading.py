"""A reading of clients, of a survey or of a gate, and how it changes the roster.

The newest reading that speaks of a client decides, whatever arrives when: an activity that is tried again
may bring an old reading after a new one.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Executable, bindparam, case, true, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.survey import ObservedClient
from rotation.values import GroupId, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import chunks, insert_on
from store.schema.base import table_of
from store.schema.tables import ClientRow, ClientServerRow

_OF_A_READING = (
    "name",
    "group_id",
    "build",
    "last_seen",
    "last_server",
    "serial",
    "online",
    "non_persistent",
    "network",
    "system",
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


async def date_back(connection: AsyncConnection, site_id: SiteId, at: datetime) -> None:
    """Before a reading that begins at `at`: what is stored by now was read before, whatever its time says.

    A clock that was ahead once would have each reading until then come too late.
    """
    await connection.execute(_DATED_BACK, {"site": site_id, "at": at})


async def record_clients(database: Database, reading: Reading, clients: Iterable[ObservedClient]) -> None:
    """Store what `reading` saw of `clients`, a chunk in each transaction, so that others write in between."""
    # one row for each: paging may show a client twice, and one statement must not write a row twice
    distinct = {client.id: client for client in clients}
    for chunk in chunks(distinct.values()):
        async with database.write_rows() as connection:
            await _record(connection, reading, chunk, postgres=database.is_postgresql)


async def mark_vanished(
    session: AsyncSession | AsyncConnection, reading: Reading, groups: Collection[GroupId] | None
) -> None:
    """Mark as vanished what `reading` should have shown and did not: the clients of `groups`, or of the site."""
    now = {"site": reading.site_id, "mark": reading.mark, "at": reading.at}
    if groups is None:
        await session.execute(_UNSEEN_ANYWHERE, now)
        return
    for some in chunks(groups):
        await session.execute(_UNSEEN.where(ClientRow.group_id.in_(some)), now)


_UNSEEN = (
    update(table_of(ClientRow))
    .where(
        ClientRow.site_id == bindparam("site"),
        ClientRow.reading != bindparam("mark"),
        ClientRow.read_at <= bindparam("at"),
    )
    .values(present=False, online=False, read_at=bindparam("at"), reading=bindparam("mark"))
)
_UNSEEN_ANYWHERE = built_once(_UNSEEN)
_DATED_BACK = built_once(
    update(table_of(ClientRow))
    .where(ClientRow.site_id == bindparam("site"), ClientRow.read_at > bindparam("at"))
    .values(read_at=bindparam("at"))
)


_LONG = timedelta(hours=3)
"""From this on a silence counts up to its end: readings are hours apart, and meet the lesser part of a night."""
_AT_MOST = 2
"""A silence counts so many times as long as the last reading has met it at most: its end may have been earlier."""


async def _record(
    connection: AsyncConnection, reading: Reading, clients: list[ObservedClient], *, postgres: bool
) -> None:
    newest = _newest(postgres=postgres, surveyed=reading.survey_id is not None)
    await connection.execute(newest, [_row(reading, client) for client in clients])
    seen = _at_servers(reading, clients)
    if seen:
        await connection.execute(_later(postgres=postgres), seen)


@cache
def _newest(*, postgres: bool, surveyed: bool) -> Executable:
    """Built once: it is run for every reading, and costs more to build than to run."""
    new = insert_on(ClientRow, postgres=postgres)
    newer = ClientRow.read_at <= new.excluded.read_at
    taken: dict[str, ColumnElement[Any]] = {name: new.excluded[name] for name in _OF_A_READING}
    if surveyed:
        taken["last_survey"] = new.excluded.last_survey
    moved = ClientRow.group_id != new.excluded.group_id
    taken["moved_from"] = case((moved, ClientRow.group_id), else_=ClientRow.moved_from)
    taken["moved_at"] = case((moved, new.excluded.read_at), else_=ClientRow.moved_at)
    renamed = ClientRow.name != new.excluded.name
    taken["former_name"] = case((renamed, ClientRow.name), else_=ClientRow.former_name)
    taken["former_serial"] = case((renamed, ClientRow.serial), else_=ClientRow.former_serial)
    taken["former_seen"] = case((renamed, ClientRow.last_seen), else_=ClientRow.former_seen)
    came_back = renamed & (new.excluded.name == ClientRow.former_name)
    taken["shared"] = case((came_back, true()), else_=ClientRow.shared)
    before = type_coerce(ClientRow.last_seen, BigInteger)
    met = type_coerce(ClientRow.read_at, BigInteger) - before
    whole = type_coerce(new.excluded.last_seen, BigInteger) - before
    is_short = met < _LONG // timedelta(microseconds=1)
    silence = case((is_short, met), (whole < _AT_MOST * met, whole), else_=_AT_MOST * met)
    over = (new.excluded.last_seen > ClientRow.last_seen) & (silence > ClientRow.longest_silence)
    taken["longest_silence"] = case((over, silence), else_=ClientRow.longest_silence)
    return built_once(new.on_conflict_do_update(index_elements=["site_id", "id"], set_=taken, where=newer))


def _at_servers(reading: Reading, clients: list[ObservedClient]) -> list[dict[str, object]]:
    return [
        {
            "site_id": reading.site_id,
            "client_id": client.id,
            "server": client.last_server,
            "last_seen": client.last_seen,
        }
        for client in clients
        if client.last_server and client.last_seen is not None
    ]


@cache
def _later(*, postgres: bool) -> Executable:
    new = insert_on(ClientServerRow, postgres=postgres)
    return built_once(
        new.on_conflict_do_update(
            index_elements=["site_id", "client_id", "server"],
            set_={"last_seen": new.excluded.last_seen},
            where=ClientServerRow.last_seen < new.excluded.last_seen,
        )
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
        "longest_silence": 0,
        "former_name": None,
        "former_serial": None,
        "former_seen": None,
        "shared": False,
    }
