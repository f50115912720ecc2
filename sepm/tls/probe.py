"""Looking at a server's client ports as a client would: its certificate, whether it answers, and its clock.

Nothing secret is ever sent here, so nothing is verified: the point is to see what is really presented.
"""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import httpx
from cryptography import x509

from certificates.fingerprint import fingerprint_of
from certificates.parsed_certificate import UNREADABLE, named
from rotation.site import Server
from rotation.survey import ServedCertificate
from rotation.values import ServerName, Value
from sepm.clock import Clock, WallClock
from sepm.failure_words import failure_words
from sepm.instants import from_date_header
from sepm.tls.trust import fetch_certificate, observing_context

_HELLO = "/secars/secars.dll?hello,secars"
_DATE_CUT = timedelta(seconds=1)
_SOME = timedelta(seconds=10)


class HttpAnswer(Value):
    """What a server answered to `hello,secars`."""

    server: ServerName
    answers: bool
    """Whether the answer was a 200, as a client needs it."""
    clock: datetime | None = None
    """The server's own clock, cut to the second."""
    asked_at: datetime
    answered_at: datetime
    """Both on our clock: what lies between is the doubt about `clock`."""
    error: str = ""


class CertificateProbe(Protocol):
    """Looks at servers; a virtual one can take its place."""

    async def probe(self, server: Server) -> ServedCertificate:
        """What the server presents on its HTTPS port."""
        ...

    async def probe_http(self, server: Server) -> HttpAnswer:
        """Whether the server answers clients on its HTTP port."""
        ...

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """Whether the server answers clients on its HTTPS port, and the time it has."""
        ...


class NetworkProbe:
    """The probe over the network. A failure is an observation and is returned, not raised.

    Args:
        timeout: the limit of each look, with everything in it.
        clock: gives the time of observation.
    """

    def __init__(self, timeout: timedelta = _SOME, clock: Clock | None = None) -> None:
        self._timeout = timeout
        self._clock = clock or WallClock()

    async def probe(self, server: Server) -> ServedCertificate:
        """Shake hands with the HTTPS port, note the certificate, and send nothing."""
        try:
            der = await fetch_certificate(server.address, server.https_port, self._timeout)
        except OSError as error:
            return ServedCertificate(
                server=server.name,
                fingerprint=None,
                observed_at=self._clock.now(),
                error=failure_words(error),
                unread=isinstance(error, ssl.SSLError),
            )
        return presented(server.name, der, self._clock.now())

    async def probe_http(self, server: Server) -> HttpAnswer:
        """GET `hello,secars` on the HTTP port."""
        return await self._hello(server, f"http://{_host(server.address)}:{server.http_port}{_HELLO}")

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """GET `hello,secars` on the HTTPS port, whatever certificate it presents: the request holds nothing secret."""
        return await self._hello(server, f"https://{_host(server.address)}:{server.https_port}{_HELLO}")

    async def _hello(self, server: Server, url: str) -> HttpAnswer:
        asked_at = self._clock.now()
        clock: datetime | None = None
        try:
            async with httpx.AsyncClient(
                verify=observing_context(), trust_env=False, timeout=self._timeout.total_seconds()
            ) as http:
                response = await http.get(url)
        except httpx.HTTPError as failure:
            answers, error = False, failure_words(failure)
        else:
            answers = response.status_code == httpx.codes.OK
            error = "" if answers else f"answered {response.status_code}"
            clock = from_date_header(response.headers.get("date"))
        return HttpAnswer(
            server=server.name,
            answers=answers,
            clock=clock,
            asked_at=asked_at,
            answered_at=self._clock.now(),
            error=error,
        )


def measure_skew(answers: Sequence[HttpAnswer]) -> timedelta:
    """The most by which the clocks of two servers may differ: proof across servers adds it (rule 9).

    It is an upper bound: a `Date` is cut to the second, and was made at some time between question and answer, so
    servers that agree perfectly show about a second. Zero for fewer than two servers with a clock.
    """
    # how far each server's clock is ahead of ours, at least and at most
    bounds = {
        answer.server: (answer.clock - answer.answered_at, answer.clock + _DATE_CUT - answer.asked_at)
        for answer in answers
        if answer.clock is not None
    }
    apart = (most - least for one, (_, most) in bounds.items() for other, (least, _) in bounds.items() if one != other)
    return max(apart, default=timedelta(0))


def presented(server: ServerName, der: bytes, at: datetime) -> ServedCertificate:
    """A certificate that was seen: what clients take counts, whatever we think of its form."""
    seen = ServedCertificate(server=server, fingerprint=fingerprint_of(der), observed_at=at)
    try:
        certificate = x509.load_der_x509_certificate(der)
        known = {
            "not_before": certificate.not_valid_before_utc,
            "not_after": certificate.not_valid_after_utc,
            "named": named(certificate),
        }
    except UNREADABLE:
        return seen.model_copy(update={"error": "its certificate is malformed"})
    return seen.model_copy(update=known)


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
