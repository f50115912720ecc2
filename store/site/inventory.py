"""The inventory: what was seen at the ports of every site, from the first sight to the last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.values import ServerName, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate, Sighting, WatchedPort
from store.database.database import Database
from store.schema.tables import SightingRow, WatchedPortRow
from store.site.sites import known_site

_LATE = timedelta(days=1)
"""How late a look may be stored: no activity is tried for as long."""


class Inventory:
    """The watched ports of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, site_id: SiteId, looks: Iterable[Look]) -> int:
        """Keep what was seen at ports of a site. The same looks again, or ones of up to a day before, change nothing.

        What is dated later than that was dated by a clock that was ahead, and gives way.

        Returns:
            At how many ports another certificate than before was seen, those that were never seen before included.

        Raises:
            UnknownSite: when no such site is registered.
        """
        changed = 0
        async with self._database.write() as session:
            await known_site(session, site_id, lock=True)  # two watches of one site take turns
            for look in looks:
                if await _looked(session, site_id, look) and look.certificate is not None:
                    changed += await _sighted(session, site_id, look, look.certificate)
        return changed

    async def ports(self, site_id: SiteId) -> tuple[WatchedPort, ...]:
        """The watched ports of a site by server and port, each with all that was seen there."""
        async with self._database.read() as session:
            rows = await session.scalars(select(WatchedPortRow).where(WatchedPortRow.site_id == site_id))
            ports = {(row.server, row.port): row for row in rows}
            newest = select(SightingRow).where(SightingRow.site_id == site_id).order_by(SightingRow.first_seen.desc())
            seen: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
            for row in sorted(await session.scalars(newest), key=lambda row: row.first_seen > _looked_at(ports, row)):
                sighting = Sighting(certificate=row.certificate, first_seen=row.first_seen, last_seen=row.last_seen)
                seen[row.server, row.port].append(sighting)
        return tuple(
            WatchedPort(
                endpoint=Endpoint(
                    server=ServerName(row.server), port=Port(row.port), address=row.address, number=row.number
                ),
                looked_at=row.looked_at,
                error=row.error,
                sightings=tuple(seen[key]),
            )
            for key, row in sorted(ports.items())
        )


def _looked_at(ports: Mapping[tuple[str, str], WatchedPortRow], row: SightingRow) -> datetime:
    """When the port of a sighting was looked at last: what was seen later than that, a wrong clock has dated."""
    return ports[row.server, row.port].looked_at


async def _looked(session: AsyncSession, site_id: SiteId, look: Look) -> bool:
    """Note that the port was looked at. False: a look that is as new is kept already."""
    at = look.endpoint
    fields = {"address": at.address, "number": at.number, "looked_at": look.at, "error": look.error}
    kept = await session.get(WatchedPortRow, (site_id, at.server, at.port.value))
    if kept is None:
        session.add(WatchedPortRow(site_id=site_id, server=at.server, port=at.port.value, **fields))
        return True
    if look.at <= kept.looked_at <= look.at + _LATE:
        return False
    for name, value in fields.items():
        setattr(kept, name, value)
    return True


async def _sighted(session: AsyncSession, site_id: SiteId, look: Look, certificate: SeenCertificate) -> bool:
    """Note the certificate. True: another one was seen there before, or none."""
    at = look.endpoint
    here = (SightingRow.site_id == site_id) & (SightingRow.server == at.server) & (SightingRow.port == at.port.value)
    newest = select(SightingRow.first_seen, SightingRow.fingerprint).where(here)
    before = newest.where(SightingRow.first_seen <= look.at)
    last = (await session.execute(before.order_by(SightingRow.first_seen.desc()).limit(1))).one_or_none()
    if last is not None and last.fingerprint == certificate.fingerprint:
        still = update(SightingRow).where(here, SightingRow.first_seen == last.first_seen)
        await session.execute(still.values(last_seen=look.at))
        return False
    session.add(
        SightingRow(
            site_id=site_id,
            server=at.server,
            port=at.port.value,
            first_seen=look.at,
            last_seen=look.at,
            fingerprint=certificate.fingerprint,
            certificate=certificate,
        )
    )
    await session.flush()
    return True
