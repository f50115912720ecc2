"""What the inventory finds: certificates that end soon or have ended, and servers that present more than one."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.finding import Finding, info, warning
from rotation.values import Fingerprint, ServerName
from rotation.watch.inventory import Sighting, WatchedPort

_DAY = timedelta(days=1)
_MENTIONED = (60, 90)
_WARNED = (7, 14, 30)


def about_ports(site: str, ports: Iterable[WatchedPort], *, now: datetime) -> tuple[Finding, ...]:
    """Every finding on the ports of a site: one for each certificate and server, the first to end first."""
    seen: dict[tuple[ServerName, Fingerprint], list[tuple[WatchedPort, Sighting]]] = {}
    for port in ports:
        if (current := port.current) is not None:
            seen.setdefault((port.endpoint.server, current.certificate.fingerprint), []).append((port, current))
    ending = []
    for (server, _), places in seen.items():
        end = places[0][1].certificate.not_after
        where = ", ".join(sorted(f"{port.endpoint.port} {port.endpoint.number}" for port, _ in places))
        finding = None if end is None else _expiry(f"{site}/{server}", end, where, now)
        if end is not None and finding is not None:
            ending.append((end, finding))
    ending.sort(key=lambda each: (each[0], each[1].subject))
    return (*(finding for _, finding in ending), *_differing(site, seen))


def _expiry(subject: str, end: datetime, where: str, now: datetime) -> Finding | None:
    left, on = end - now, end.date().isoformat()
    plan = "make a plan; it shows by when the rotation must begin"
    if left <= timedelta(0):
        return warning(
            "certificate-expired",
            subject,
            f"the server's certificate ({where}) expired on {on}",
            "replace the certificate now",
        )
    for limits, tell in ((_WARNED, warning), (_MENTIONED, info)):
        for count in limits:
            if left <= count * _DAY:
                text = f"the server's certificate ({where}) expires on {on}, in less than {count} days"
                return tell("certificate-ends", subject, text, plan)
    return None


def _differing(
    site: str, seen: dict[tuple[ServerName, Fingerprint], list[tuple[WatchedPort, Sighting]]]
) -> Iterable[Finding]:
    """The vendor has one certificate for all ports of a server: another was put in by hand, or a service is stale."""
    for server in dict.fromkeys(server for server, _ in seen):
        by_print = {fingerprint: places for (each, fingerprint), places in seen.items() if each == server}
        if len(by_print) > 1:
            text = "; ".join(
                f"{fingerprint[:12]} ({', '.join(sorted(port.endpoint.port for port, _ in places))})"
                for fingerprint, places in sorted(by_print.items())
            )
            yield info(
                "ports-differ",
                f"{site}/{server}",
                f"the server's ports present different certificates: {text}",
                "restart the service that presents the old one, unless the difference is intended",
            )
