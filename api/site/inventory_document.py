"""The inventory as it is shown: by certificate, with every place where it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from rotation.finding import Finding
from rotation.values import Fingerprint, ServerName, SiteId, Value
from rotation.watch.inventory import Endpoint, Port, SeenCertificate, WatchedPort


class PlaceShown(Value):
    """A port of a server."""

    site_id: SiteId
    server: ServerName
    port: Port
    address: str
    number: int


class SeenAtShown(PlaceShown):
    """A port where a certificate is."""

    first_seen: datetime
    last_seen: datetime
    answers: bool = Field(description="Whether the last look saw it too; false: the port did not answer then")


class PresentedCertificate(Value):
    """A certificate that some port presents."""

    fingerprint_sha256: Fingerprint
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    seen_at: tuple[SeenAtShown, ...]

    @classmethod
    def of(cls, certificate: SeenCertificate, seen_at: Iterable[SeenAtShown]) -> "PresentedCertificate":
        """The document of a certificate with its places."""
        return cls(
            fingerprint_sha256=certificate.fingerprint,
            subject=certificate.subject,
            issuer=certificate.issuer,
            names=certificate.named.names if certificate.named else (),
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            seen_at=tuple(seen_at),
        )


class ChangeShown(PlaceShown):
    """That a port was first seen with another certificate than before."""

    at: datetime
    before: Fingerprint | None = Field(description="None: it was never seen before")
    last_seen_before: datetime | None
    now: Fingerprint


class SilentShown(PlaceShown):
    """A port that did not answer at the last look."""

    looked_at: datetime
    error: str


class InventoryShown(Value):
    """Every certificate of every registered site, the first to end first."""

    looked_at: datetime | None = Field(description="The oldest of the last looks; None: nothing was looked at yet")
    certificates: tuple[PresentedCertificate, ...]
    changes: tuple[ChangeShown, ...] = Field(description="The newest first")
    silent: tuple[SilentShown, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls,
        ports: Iterable[tuple[SiteId, WatchedPort]],
        findings: Iterable[Finding],
        *,
        since: datetime | None,
    ) -> "InventoryShown":
        """The document of these ports, with the changes since then; with all where no time is given."""
        watched = tuple(ports)
        return cls(
            looked_at=min((port.looked_at for _, port in watched), default=None),
            certificates=tuple(_certificates(watched)),
            changes=tuple(sorted(_changes(watched, since), key=lambda change: change.at, reverse=True)),
            silent=tuple(
                SilentShown(**_place(site_id, port.endpoint), looked_at=port.looked_at, error=port.error)
                for site_id, port in watched
                if port.error
            ),
            findings=tuple(findings),
        )


def _certificates(watched: Iterable[tuple[SiteId, WatchedPort]]) -> list[PresentedCertificate]:
    known: dict[Fingerprint, SeenCertificate] = {}
    places: dict[Fingerprint, list[SeenAtShown]] = {}
    for site_id, port in watched:
        if (current := port.current) is None:
            continue
        fingerprint = current.certificate.fingerprint
        known[fingerprint] = current.certificate
        places.setdefault(fingerprint, []).append(
            SeenAtShown(
                **_place(site_id, port.endpoint),
                first_seen=current.first_seen,
                last_seen=current.last_seen,
                answers=not port.error,
            )
        )
    shown = [PresentedCertificate.of(known[fingerprint], places[fingerprint]) for fingerprint in known]
    return sorted(shown, key=lambda each: (each.not_after is None, each.not_after, each.fingerprint_sha256))


def _changes(watched: Iterable[tuple[SiteId, WatchedPort]], since: datetime | None) -> Iterable[ChangeShown]:
    for site_id, port in watched:
        for place, sighting in enumerate(port.sightings):
            if since is not None and sighting.first_seen <= since:
                continue
            before = port.sightings[place + 1] if place + 1 < len(port.sightings) else None
            yield ChangeShown(
                **_place(site_id, port.endpoint),
                at=sighting.first_seen,
                before=before.certificate.fingerprint if before else None,
                last_seen_before=before.last_seen if before else None,
                now=sighting.certificate.fingerprint,
            )


def _place(site_id: SiteId, at: Endpoint) -> dict[str, Any]:
    # dict() of a model asks it for `keys`, which it has not: for thousands of ports that costs more than all else
    return {"site_id": site_id, "server": at.server, "port": at.port, "address": at.address, "number": at.number}
