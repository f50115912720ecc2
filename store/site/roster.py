"""The roster: every client ever seen at a site. It is the denominator of coverage (rule 1)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Row, Select, bindparam, select

from rotation.build import System
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, RotationId, ServerName, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import ROWS_AT_ONCE, chunks, insert_into
from store.schema.tables import ClientRow, ClientServerRow, LeftOutRow
from store.site.reading import Reading, date_back, mark_vanished, record_clients

_COLUMNS = (
    ClientRow.id,
    ClientRow.name,
    ClientRow.group_id,
    ClientRow.build,
    ClientRow.last_seen,
    ClientRow.last_server,
    ClientRow.serial,
    ClientRow.online,
    ClientRow.non_persistent,
    ClientRow.network,
    ClientRow.system,
    ClientRow.present,
    ClientRow.first_seen_at,
    ClientRow.read_at,
    ClientRow.reading,
    ClientRow.longest_silence,
    ClientRow.former_name,
    ClientRow.former_serial,
    ClientRow.former_seen,
    ClientRow.shared,
)

# Streamed: a site has up to 100,000 clients, and the event loop has other work between two parts of them.
_OF_SITE = (
    select(*_COLUMNS)
    .where(ClientRow.site_id == bindparam("site"))
    .order_by(ClientRow.id)
    .execution_options(yield_per=ROWS_AT_ONCE)
)
_ENTRIES = built_once(_OF_SITE)

# Built once: they are run for every look and every reading of a gate.
_BUILDS = built_once(
    select(ClientRow.build).distinct().where(ClientRow.site_id == bindparam("site"), ClientRow.present)
)
_PRESENT = built_once(select(ClientRow.id).where(ClientRow.site_id == bindparam("site"), ClientRow.present))
_MOVED = built_once(
    select(ClientRow.id, ClientRow.name, ClientRow.moved_from, ClientRow.group_id, ClientRow.moved_at)
    .where(ClientRow.site_id == bindparam("site"), ClientRow.moved_at >= bindparam("since"))
    .order_by(ClientRow.id)
)
_LEFT_OUT = built_once(
    select(LeftOutRow.client_id, LeftOutRow.at).where(LeftOutRow.rotation_id == bindparam("rotation"))
)


class RosterClient(NamedTuple):
    """A client of the denominator as last recorded."""

    id: ClientId
    name: str
    group_id: GroupId
    """The last group that it was seen in."""
    observed: ObservedClient | None
    """None when the newest full reading of its group did not show it: it has vanished."""
    non_persistent: bool
    first_seen_at: datetime
    """When the reading began that first showed it."""
    read_at: datetime
    """When the reading began that last showed or missed it."""
    last_known: datetime | None = None
    """Its last check-in by the newest reading that showed it: also of one that has vanished."""
    longest_silence: timedelta = timedelta()
    """The longest silence that a reading met, and after which the client was seen again."""
    twin: ObservedClient | None = None
    """The other machine that has this record, as it was last shown; None where no name has come back."""


class LatestReading(NamedTuple):
    """A full reading that was just stored."""

    mark: str
    clients: Mapping[ClientId, ObservedClient]


class MovedClient(Value):
    """A client that is in another group than it was."""

    id: ClientId
    name: str
    before: GroupId
    now: GroupId
    read_at: datetime
    """When the reading began that first saw it there."""


class Roster:
    """The clients of all sites, and those that are left out of a rotation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self, site_id: SiteId, groups: Collection[GroupId] | None = None, *, latest: LatestReading | None = None
    ) -> tuple[RosterClient, ...]:
        """Every client ever seen in the site, or of those last seen in `groups`; by id.

        Args:
            site_id: the site.
            groups: None: all.
            latest: what was just stored: clients that no newer reading has shown since are taken from it, not built
                again.
        """
        if groups is None:
            return tuple(await self._read(_ENTRIES, site_id, latest))
        found = [
            client
            for some in chunks(frozenset(groups))
            for client in await self._read(_OF_SITE.where(ClientRow.group_id.in_(some)), site_id)
        ]
        return tuple(sorted(found, key=lambda client: client.id))

    async def _read(
        self, wanted: Select[*tuple[Any, ...]], site_id: SiteId, latest: LatestReading | None = None
    ) -> list[RosterClient]:
        mark, seen = (latest.mark, latest.clients) if latest is not None else ("", {})
        async with (
            self._database.read_rows() as connection,
            connection.stream(wanted, {"site": site_id}) as rows,
        ):
            return [_client(row, mark, seen) async for part in rows.partitions() for row in part]

    async def builds(self, site_id: SiteId) -> frozenset[str | None]:
        """The builds of the clients that are present."""
        async with self._database.read_rows() as connection:
            return frozenset(await connection.scalars(_BUILDS, {"site": site_id}))

    async def present_of(
        self, site_id: SiteId, builds: Collection[str | None], groups: Collection[GroupId]
    ) -> tuple[ObservedClient, ...]:
        """The clients in `groups` that are present and have one of `builds`; by id."""
        named = [build for build in builds if build is not None]
        known = ClientRow.build.in_(named) | ClientRow.build.is_(None) if None in builds else ClientRow.build.in_(named)
        found = [
            client.observed
            for some in chunks(frozenset(groups))
            for client in await self._read(
                _OF_SITE.where(ClientRow.group_id.in_(some), ClientRow.present, known), site_id
            )
            if client.observed is not None
        ]
        return tuple(sorted(found, key=lambda client: client.id))

    async def present(self, site_id: SiteId) -> frozenset[ClientId]:
        """The clients that the newest reading of their group showed."""
        async with self._database.read_rows() as connection:
            return frozenset(map(ClientId, await connection.scalars(_PRESENT, {"site": site_id})))

    async def begin_reading(self, site_id: SiteId, at: datetime) -> None:
        """Say that clients are read from `at` on: what is stored by now is older, also where a clock was ahead."""
        async with self._database.write_rows() as connection:
            await date_back(connection, site_id, at)

    async def update(
        self,
        site_id: SiteId,
        reading_at: datetime,
        groups: Collection[GroupId] | None,
        clients: Collection[ObservedClient],
    ) -> LatestReading:
        """Store a full reading of `groups`, or of the whole site when that is None.

        Clients of those groups that are not in it have vanished; they keep their name and last group. What a
        newer reading showed stays.
        """
        reading = Reading(site_id=site_id, mark=str(uuid4()), at=reading_at)
        await record_clients(self._database, reading, clients)
        async with self._database.write_rows() as connection:
            await mark_vanished(connection, reading, None if groups is None else frozenset(groups))
        return LatestReading(reading.mark, {client.id: client for client in clients})

    async def servers_seen(self, site_id: SiteId) -> dict[ClientId, frozenset[ServerName]]:
        """At which servers each client was ever seen. Clients without any are not in it."""
        return {client: frozenset(servers) for client, servers in (await self.visits(site_id)).items()}

    async def visits(self, site_id: SiteId) -> dict[ClientId, dict[ServerName, datetime]]:
        """When each client was last seen at each server. Clients without any are not in it."""
        wanted = select(ClientServerRow.client_id, ClientServerRow.server, ClientServerRow.last_seen)
        seen: defaultdict[ClientId, dict[ServerName, datetime]] = defaultdict(dict)
        async with self._database.read() as session:
            for client, server, at in await session.execute(wanted.where(ClientServerRow.site_id == site_id)):
                seen[ClientId(client)][ServerName(server)] = at
        return dict(seen)

    async def moved(self, site_id: SiteId, since: datetime) -> tuple[MovedClient, ...]:
        """Clients that were first seen in another group by a reading that began at `since` or later; by id.

        Of a client that was moved more than once, the last move.
        """
        async with self._database.read_rows() as connection:
            return tuple(
                MovedClient(id=ClientId(one), name=name, before=GroupId(before or ""), now=GroupId(now), read_at=at)
                for one, name, before, now, at in await connection.execute(_MOVED, {"site": site_id, "since": since})
                if at is not None
            )

    async def leave_out(
        self, rotation_id: RotationId, clients: Collection[ClientId], who: str, why: str, at: datetime
    ) -> None:
        """Leave clients out of a rotation, as `who` asks. The first entry of a client stays."""
        named = [
            {"rotation_id": rotation_id, "client_id": client, "who": who, "why": why, "at": at}
            for client in sorted(set(clients))
        ]
        async with self._database.write() as session:
            for some in chunks(named):
                await session.execute(insert_into(session, LeftOutRow).on_conflict_do_nothing(), some)

    async def left_out_at(self, rotation_id: RotationId) -> dict[ClientId, datetime]:
        """When each client was left out of a rotation."""
        async with self._database.read_rows() as connection:
            named = await connection.execute(_LEFT_OUT, {"rotation": rotation_id})
            return {ClientId(client): at for client, at in named}

    async def left_out(self, rotation_id: RotationId) -> frozenset[ClientId]:
        """The clients that are left out of a rotation."""
        return frozenset(await self.left_out_at(rotation_id))


def _client(row: Row[*tuple[Any, ...]], mark: str, seen: Mapping[ClientId, ObservedClient]) -> RosterClient:
    observed = None
    if row.present:
        observed = seen[ClientId(row.id)] if row.reading == mark else _observed(row)
    twin = None
    if row.shared and row.former_name is not None:
        shown = {"name": row.former_name, "serial": row.former_serial, "last_seen": row.former_seen}
        twin = _observed(row).model_copy(update=shown)
    return RosterClient(
        id=ClientId(row.id),
        name=row.name,
        group_id=GroupId(row.group_id),
        observed=observed,
        non_persistent=row.non_persistent,
        first_seen_at=row.first_seen_at,
        read_at=row.read_at,
        last_known=row.last_seen,
        longest_silence=timedelta(microseconds=row.longest_silence),
        twin=twin,
    )


def _observed(row: Row[*tuple[Any, ...]]) -> ObservedClient:
    return ObservedClient(
        id=ClientId(row.id),
        name=row.name,
        group_id=GroupId(row.group_id),
        build=row.build,
        last_seen=row.last_seen,
        last_server=None if row.last_server is None else ServerName(row.last_server),
        serial=row.serial,
        online=row.online,
        non_persistent=row.non_persistent,
        network=row.network,
        system=System(row.system),
    )
