"""What activities need of the world, as ports: the store, a clock, SEPM, the probe."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.values import SiteId
from sepm.access import Access
from sepm.client import SepmClient
from sepm.port_look import NetworkLook, PortLook
from sepm.probe import CertificateProbe, NetworkProbe
from sepm.trust import Trust
from store.sites import SiteConnection
from store.store import Store

Connect = Callable[[Site, SiteConnection], SepmClient]


def wall_clock() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


async def wall_sleep(duration: timedelta) -> None:
    """Wait for a short time."""
    await asyncio.sleep(duration.total_seconds())


def over_tls(site: Site, connection: SiteConnection) -> SepmClient:
    """A client that trusts what is pinned for the site, the announced certificates included."""
    access = Access(
        site=site.name,
        url=connection.rest_url,
        username=connection.username,
        password=connection.password,
        domain=connection.domain,
    )
    return SepmClient(access, Trust(fingerprints=connection.fingerprints, ca_pem=connection.ca_pem))


@dataclass(frozen=True)
class World:
    """The ports. Tests and the simulation give others."""

    store: Store
    clock: Callable[[], datetime] = wall_clock
    connect: Connect = over_tls
    probe: CertificateProbe = field(default_factory=NetworkProbe)
    look: PortLook = field(default_factory=NetworkLook)
    sleep: Callable[[timedelta], Awaitable[None]] = wall_sleep

    async def sepm(self, site: Site) -> SepmClient:
        """A client of the site's SEPM, to be closed by its user."""
        return self.connect(site, await self.store.sites.connection(site.id))

    async def site(self, site_id: SiteId) -> Site:
        """The site as registered."""
        return await self.store.sites.get(site_id)

    async def served(self, servers: tuple[Server, ...]) -> tuple[ServedCertificate, ...]:
        """What every server's client port really presents now."""
        return tuple([await self.probe.probe(server) for server in servers])
