"""The inventory: what was seen at the ports of every site, from the first sight to the last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.values import ServerName, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate, Sighting, WatchedPort
from store.database.database import Database
from store.schema.base import table_of
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

        A sighting with a later date than that came from a clock that was ahead: the new one replaces it.

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
        return (await self.by_site((site_id,))).get(site_id, ())

    async def by_site(self, sites: Collection[SiteId] | None = None) -> dict[SiteId, tuple[WatchedPort, ...]]:
        """The watched ports of some sites, or of all that have one, in one query."""
        wanted = _EVERY if sites is None else _EVERY.where(_PORT.c.site_id.in_(sites))
        seen: dict[tuple[str, str, str], list[Row[*tuple[Any, ...]]]] = defaultdict(list)
        async with self._database.read_rows() as connection:
            for row in await connection.execute(wanted):
                seen[row.site_id, row.server, row.port].append(row)
        found: dict[SiteId, list[WatchedPort]] = defaultdict(list)
        for (site_id, *_), rows in sorted(seen.items()):
            found[SiteId(site_id)].append(_watched(rows))
        return {site_id: tuple(ports) for site_id, ports in found.items()}


_PORT, _SEEN = table_of(WatchedPortRow), table_of(SightingRow)
_HERE = [_PORT.c[name] == _SEEN.c[name] for name in ("site_id", "server", "port")]
_EVERY = (
    select(_PORT, _SEEN.c.certificate, _SEEN.c.first_seen, _SEEN.c.last_seen)
    .outerjoin(_SEEN, and_(*_HERE))
    .order_by(_SEEN.c.first_seen.desc())
)


def _watched(rows: Sequence[Row[*tuple[Any, ...]]]) -> WatchedPort:
    """A port by its row with each sighting; a sighting later than the last look was dated by a wrong clock."""
    port = rows[0]
    seen = [row for row in rows if row.first_seen is not None]
    seen.sort(key=lambda row: row.first_seen > port.looked_at)
    return WatchedPort(
        endpoint=Endpoint(
            server=ServerName(port.server), port=Port(port.port), address=port.address, number=port.number
        ),
        looked_at=port.looked_at,
        error=port.error,
        sightings=tuple(
            Sighting(certificate=row.certificate, first_seen=row.first_seen, last_seen=row.last_seen) for row in seen
        ),
    )


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
