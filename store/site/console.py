"""What is known of sites without REST: what operators stated, the newest export of clients, statements about gates."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from rotation.console.exported import ClientExport, ExportedClient
from rotation.console.record import ConsoleEntry
from rotation.console.statement import Statement
from rotation.values import RotationId, SiteId
from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import chunks, insert_into
from store.fault import StoreFault
from store.schema.tables import ClientExportRow, ConsoleEntryRow, ExportedClientsRow, StatementRow
from store.site.site_version import require_version
from store.site.sites import known_site

_ENTRIES = built_once(
    select(ConsoleEntryRow.entry)
    .where(ConsoleEntryRow.site_id == bindparam("site"), ConsoleEntryRow.at >= bindparam("since"))
    .order_by(ConsoleEntryRow.number)
)
_NEWEST = built_once(
    select(ClientExportRow.export)
    .where(ClientExportRow.site_id == bindparam("site"))
    .order_by(ClientExportRow.taken_at.desc(), ClientExportRow.id)
    .limit(1)
)
_CLIENTS = built_once(
    select(ExportedClientsRow.clients)
    .where(ExportedClientsRow.export_id == bindparam("export"))
    .order_by(ExportedClientsRow.part)
)


class OlderExport(StoreFault):
    """An export that is not newer than the one that is kept: what it shows is known already."""


class ConsoleRecords:
    """Statements and files that people give about sites without REST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, site_id: SiteId, since: datetime) -> tuple[ConsoleEntry, ...]:
        """The changes that operators stated at a site since then, in their order."""
        async with self._database.read_rows() as connection:
            return tuple(await connection.scalars(_ENTRIES, {"site": site_id, "since": since}))

    async def record(self, site_id: SiteId, entries: Sequence[ConsoleEntry], at: datetime) -> None:
        """Keep changes that an operator stated.

        Raises:
            UnknownSite: when none of that id is registered.
        """
        async with self._database.write() as session:
            await known_site(session, site_id, lock=True)
            newest = select(func.max(ConsoleEntryRow.number)).where(ConsoleEntryRow.site_id == site_id)
            number = await session.scalar(newest) or 0
            session.add_all(
                ConsoleEntryRow(site_id=site_id, number=number + place, entry=each, at=at)
                for place, each in enumerate(entries, start=1)
            )

    async def add_export(
        self, site_id: SiteId, export: ClientExport, clients: Collection[ExportedClient], *, expected: str = ""
    ) -> None:
        """Keep an export with its clients; of older ones only that they were.

        Raises:
            UnknownSite: when none of that id is registered.
            SiteChanged: when the site has another version than the expected one.
            OlderExport: when it is not newer than the newest that is kept.
        """
        async with self._database.write() as session:
            await require_version(session, await known_site(session, site_id, lock=True), expected)
            kept = await session.scalar(
                select(func.max(ClientExportRow.taken_at)).where(ClientExportRow.site_id == site_id)
            )
            if kept is not None and export.taken_at <= kept:
                raise OlderExport(f"an export of {site_id} that was taken at {kept:%Y-%m-%d %H:%M:%S} UTC is kept")
            older = select(ClientExportRow.id).where(ClientExportRow.site_id == site_id)
            await session.execute(delete(ExportedClientsRow).where(ExportedClientsRow.export_id.in_(older)))
            session.add(ClientExportRow(id=export.id, site_id=site_id, taken_at=export.taken_at, export=export))
            await session.flush()
            session.add_all(
                ExportedClientsRow(export_id=export.id, part=part, clients=tuple(some))
                for part, some in enumerate(chunks(clients))
            )

    async def newest_export(self, site_id: SiteId) -> ClientExport | None:
        """The newest export of a site; None where there is none."""
        async with self._database.read_rows() as connection:
            export: ClientExport | None = await connection.scalar(_NEWEST, {"site": site_id})
        return export

    async def clients(self, export: ClientExport) -> tuple[ExportedClient, ...]:
        """The clients of the newest export."""
        async with self._database.read_rows() as connection:
            parts = await connection.scalars(_CLIENTS, {"export": export.id})
            return tuple(client for part in parts for client in part)

    async def state(self, statement: Statement) -> None:
        """Keep a statement about a gate. The same again is no error."""
        async with self._database.write() as session:
            row = insert_into(session, StatementRow).values(
                rotation_id=statement.rotation_id, gate=statement.gate, at=statement.at, statement=statement
            )
            await session.execute(row.on_conflict_do_nothing())

    async def statements(self, rotation_id: RotationId) -> tuple[Statement, ...]:
        """The statements about the gates of a rotation, in their order."""
        async with self._database.read() as session:
            wanted = select(StatementRow).where(StatementRow.rotation_id == rotation_id).order_by(StatementRow.at)
            return tuple(row.statement for row in await session.scalars(wanted))
