"""What activities need of the world, as ports: the store, a clock, SEPM, the probe."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from issuing.issuer import Issuer
from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.trust.fingerprints import owner
from rotation.values import Fingerprint, SiteId
from sepm.access import Access
from sepm.port import Sepm
from sepm.rest.client import SepmClient
from sepm.tls.handshakes import Handshake
from sepm.tls.port_look import NetworkLook, PortLook
from sepm.tls.probe import CertificateProbe, NetworkProbe
from sepm.tls.trust import Trust
from service.console_site import ConsoleSite
from service.settings_look import LastReadings
from store.site.access import SiteConnection
from store.store import Store

Connect = Callable[[Site, SiteConnection], SepmClient]


def wall_clock() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


async def wall_sleep(duration: timedelta) -> None:
    """Wait for a short time."""
    await asyncio.sleep(duration.total_seconds())


def over_tls(world: "World", site: Site, connection: SiteConnection, *, refusals: bool = True) -> SepmClient:
    """A client that trusts what is known for the site, and while a swap is not settled the announced certificate.

    Each of its connections is in the site's trail of contacts before anything is sent over it; without `refusals` only
    those that are accepted.
    """
    server = owner(site, connection.rest_url)

    async def heard(handshake: Handshake) -> None:
        if handshake.accepted or refusals:
            await world.store.contacts.record(site.id, handshake.contact(world.clock(), server))

    access = Access(
        site=site.name,
        server=server,
        url=connection.rest_url,
        username=connection.username,
        password=connection.password,
        domain=connection.domain,
    )
    ca_pem = connection.ca_pem if connection.by_ca else None
    return SepmClient(access, Trust(fingerprints=connection.fingerprints, ca_pem=ca_pem), heard=heard)


@dataclass(frozen=True)
class World:
    """The ports. Tests and the simulation give others."""

    store: Store
    clock: Callable[[], datetime] = wall_clock
    connect: Connect | None = None
    """Another way to SEPM than over TLS."""
    probe: CertificateProbe = field(default_factory=NetworkProbe)
    look: PortLook = field(default_factory=NetworkLook)
    sleep: Callable[[timedelta], Awaitable[None]] = wall_sleep
    readings: LastReadings = field(default_factory=LastReadings)
    issuer: Issuer | None = None
    """The certificate authority; None where none is set."""

    async def sepm(self, site: Site) -> Sepm:
        """The site's SEPM, to be closed by its user: its REST API, or what is known of it without one."""
        if site.at_console is not None:
            return ConsoleSite(site, site.at_console, self.store.console, self.probe)
        connection = await self.store.sites.connection(site.id)
        return over_tls(self, site, connection) if self.connect is None else self.connect(site, connection)

    async def sepm_at(self, site: Site, server: Server, trusted: frozenset[Fingerprint]) -> Sepm:
        """The REST API of one server of the site, which presents one of these certificates: no other is accepted."""
        connection = await self.store.sites.connection(site.id)
        host = f"[{server.address}]" if ":" in server.address else server.address
        url = f"https://{host}:{server.rest_port}"
        there = connection.model_copy(update={"rest_url": url, "fingerprints": trusted, "by_ca": False})
        if self.connect is not None:
            return self.connect(site, there)
        return over_tls(self, site, there, refusals=False)

    async def site(self, site_id: SiteId) -> Site:
        """The site as registered."""
        return await self.store.sites.get(site_id)

    async def served(self, servers: Iterable[Server]) -> tuple[ServedCertificate, ...]:
        """What every server's client port really presents now."""
        return tuple([await self.probe.probe(server) for server in servers])
