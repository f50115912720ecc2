"""The inventory: which certificate is where on the ports of every server, and since when."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from rotation.certificate import Named
from rotation.site import Site
from rotation.values import Fingerprint, ServerName, Value

_HTTPS = 443


class Port(StrEnum):
    """What a port with a certificate is for (Broadcom KB 158445)."""

    CLIENT = "client"
    CONSOLE = "console"
    REST = "rest"
    REPORTING = "reporting"


class Endpoint(Value):
    """A port to look at."""

    server: ServerName
    port: Port
    address: str
    number: int


class SeenCertificate(Value):
    """What a certificate says of itself. Fields are None where it cannot be read."""

    fingerprint: Fingerprint
    subject: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    named: Named | None = None


class Look(Value):
    """One look at a port; without a certificate it did not answer, and `error` says how."""

    endpoint: Endpoint
    certificate: SeenCertificate | None
    at: datetime
    error: str = ""


class Sighting(Value):
    """A certificate that was seen at a port, from its first to its last sight there without another between."""

    certificate: SeenCertificate
    first_seen: datetime
    last_seen: datetime


class WatchedPort(Value):
    """A port with all that was seen there, the newest first."""

    endpoint: Endpoint
    looked_at: datetime
    error: str = ""
    """Why the last look brought no certificate."""
    sightings: tuple[Sighting, ...] = ()

    @property
    def current(self) -> Sighting | None:
        """The certificate that was seen last, though it may not answer now."""
        return self.sightings[0] if self.sightings else None


def endpoints(site: Site, rest_url: str) -> tuple[Endpoint, ...]:
    """Every port of `site` with a certificate.

    The REST address that is registered is one of them: it takes the place of its server's usual port, and where it
    names none of the servers it stands for itself. A site without REST has none, whatever the usual number is.
    """
    parts = urlsplit(rest_url)
    host, rest_port = parts.hostname or "", parts.port or _HTTPS
    owner = next((each.name for each in site.servers if each.address.strip("[]").lower() == host), None)
    found: list[Endpoint] = []
    for server in site.servers:
        numbers = {
            Port.CLIENT: server.https_port,
            Port.CONSOLE: server.console_port,
            Port.REST: rest_port if server.name == owner else server.rest_port,
            Port.REPORTING: server.reporting_port,
        }
        found.extend(
            Endpoint(server=server.name, port=port, address=server.address.strip("[]"), number=number)
            for port, number in numbers.items()
            if number is not None and not (port is Port.REST and site.at_console is not None)
        )
    if owner is None and host:
        found.append(Endpoint(server=ServerName(host), port=Port.REST, address=host, number=rest_port))
    return tuple(found)
