"""Looking at any port with a certificate: what it presents, whose, until when. Nothing is sent, nothing verified."""

from datetime import UTC, timedelta
from typing import Protocol

from cryptography import x509

from certificates.fingerprint import fingerprint_of
from certificates.parsed_certificate import UNREADABLE, named
from rotation.watch.inventory import Endpoint, Look, SeenCertificate
from sepm.clock import Clock, WallClock
from sepm.failure_words import failure_words
from sepm.tls.trust import fetch_certificate

_SOME = timedelta(seconds=10)


class PortLook(Protocol):
    """Looks at ports; a virtual one can take its place."""

    async def look(self, endpoint: Endpoint) -> Look:
        """What the port presents."""
        ...


class NetworkLook:
    """The look over the network. A failure is an observation and is returned, not raised.

    Args:
        timeout: the limit of each look, with everything in it.
        clock: gives the time of the look.
    """

    def __init__(self, timeout: timedelta = _SOME, clock: Clock | None = None) -> None:
        self._timeout = timeout
        self._clock = clock or WallClock()

    async def look(self, endpoint: Endpoint) -> Look:
        """Shake hands with the port, and note the certificate."""
        try:
            der = await fetch_certificate(endpoint.address, endpoint.number, self._timeout)
        except OSError as error:
            return Look(endpoint=endpoint, certificate=None, at=self._clock.now(), error=failure_words(error))
        return Look(endpoint=endpoint, certificate=seen(der), at=self._clock.now())


def seen(der: bytes) -> SeenCertificate:
    """What a certificate says of itself; of one that cannot be read only the fingerprint."""
    unread = SeenCertificate(fingerprint=fingerprint_of(der))
    try:
        certificate = x509.load_der_x509_certificate(der)
        return SeenCertificate(
            fingerprint=unread.fingerprint,
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            not_before=certificate.not_valid_before_utc.astimezone(UTC),
            not_after=certificate.not_valid_after_utc.astimezone(UTC),
            named=named(certificate),
        )
    except UNREADABLE:
        return unread
