"""Trusted fingerprints at a site's REST address: those known for the servers behind it, and those announced.

A rotation announces a certificate by opening its swap, and from then on exactly two are accepted: the known one and the
announced one. It is known in its turn, and its predecessor is not accepted any more, as soon as *both* are seen: the
server's client port presents it, and after that the REST address does. No source says that port 8446 follows port 443
(`rest_port_follows_certificate` in docs/develop/emulator.md), so neither stands for the other; until then both
certificates are accepted.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from rotation.site import Site
from rotation.values import Fingerprint, ServerName, Value

_HTTPS = 443


class Announced(Value):
    """A swap that has not been settled: its certificate is announced, and may be in."""

    server: ServerName
    target: Fingerprint
    """The certificate that is put in: the new one, or the old one in a roll-back."""
    opened_at: datetime
    """When its task was opened."""
    seen_at: datetime | None = None
    """When the server's client port was first seen to present it."""


class AcceptedCertificates(Value):
    """What is accepted at a REST address."""

    fingerprints: frozenset[Fingerprint] = frozenset()
    by_ca: bool = True
    """Whether what the site's CA vouches for is accepted too, where it has one."""


def behind(site: Site, rest_url: str) -> frozenset[ServerName]:
    """The servers that may answer at the site's REST address.

    One, where host and port are those of one server, or at least the host. All, where the name is no server's: it may
    be a balancer's, or another name of some server.
    """
    parts = urlsplit(rest_url)
    host, port = (parts.hostname or "").lower(), parts.port or _HTTPS
    of_host = [each for each in site.servers if each.address.strip("[]").lower() == host]
    of_port = [each for each in of_host if each.rest_port == port]
    return frozenset(each.name for each in of_port or of_host or site.servers)


def address(rest_url: str) -> str:
    """Host and port, as contacts name them."""
    parts = urlsplit(rest_url)
    return f"{parts.hostname or ''}:{parts.port or _HTTPS}"


def owner(site: Site, rest_url: str) -> str:
    """The one server behind the site's REST address; empty where there may be more."""
    servers = behind(site, rest_url)
    return next(iter(servers)) if len(servers) == 1 else ""


def accepted(
    pins: Collection[Fingerprint],
    announced: Collection[Announced],
    servers: Collection[ServerName],
    *,
    last_by_ca: Fingerprint | None = None,
) -> AcceptedCertificates:
    """What is accepted now.

    Args:
        pins: the certificates that are known for the servers: pinned by a person, or proven by a swap.
        announced: the swaps of the site that are not settled.
        servers: those behind the address.
        last_by_ca: at a site with a CA, what it last presented of all that was not announced.

    While the one server behind the address is being swapped, only the old certificate and the announced one are
    accepted, and no third that the CA issued. Behind a balancer, whose certificates are not known by server, what the
    CA issued stays accepted.
    """
    new = frozenset(each.target for each in announced if each.server in servers)
    if not new or last_by_ca is None or len(servers) > 1:
        return AcceptedCertificates(fingerprints=frozenset(pins) | new)
    return AcceptedCertificates(fingerprints=new | {last_by_ca}, by_ca=False)


def settled(
    announced: Collection[Announced],
    servers: Collection[ServerName],
    presented: Mapping[Fingerprint, datetime | None],
) -> frozenset[Fingerprint] | None:
    """What is known from now on in place of everything known before; None: not every server behind is proven yet.

    Args:
        announced: the swaps of the site that are not settled.
        servers: those behind the address.
        presented: when the address was last seen to present each certificate.
    """
    newest: dict[ServerName, Announced] = {}
    for each in sorted(announced, key=lambda swap: swap.opened_at):
        if each.server in servers:
            newest[each.server] = each
    if not newest or newest.keys() != set(servers):
        return None
    for swap in newest.values():
        shown = presented.get(swap.target)
        if swap.seen_at is None or shown is None or shown < swap.seen_at:
            return None
    return frozenset(swap.target for swap in newest.values())
