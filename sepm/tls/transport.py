"""The httpx transport that speaks only to a trusted SEPM."""

import ssl
from datetime import timedelta

import httpx

from rotation.values import Fingerprint
from sepm.errors import Unreachable, UntrustedCertificate
from sepm.failure_words import causes
from sepm.tls.handshakes import Handshake, Heard, trace_of
from sepm.tls.trust import PinMismatchError, Trust, ca_context, fetch_fingerprint, pinned_context

# A public client has seen SEPM 14.3 drop connections that it reused: they are kept for seconds only, and never carry a
# write, whose lost answer would be costly.
_READS = httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=2.0)
_WRITES = httpx.Limits(max_connections=16, max_keepalive_connections=0)
_HTTPS = 443


class TrustingTransport(httpx.AsyncBaseTransport):
    """Sends a request only over a connection whose certificate `trust` accepts.

    With pins and a CA it tries one after the other: a refused handshake has carried no request, so another is safe.

    Args:
        trust: what is accepted.
        address: of the SEPM, as errors name it.
        heard: gets every handshake before anything is sent, and every refused one.
    """

    def __init__(self, trust: Trust, address: str, heard: Heard | None = None) -> None:
        self._trust = trust
        self._address = address
        self._heard = heard
        contexts = [pinned_context(trust.fingerprints)] if trust.fingerprints else []
        if trust.ca_pem:
            contexts.append(ca_context(trust.ca_pem))
        self._ways = [(_over(context, _READS), _over(context, _WRITES)) for context in contexts]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, or raise `UntrustedCertificate` before anything of it is sent."""
        presented: Fingerprint | None = None
        if self._heard is not None:
            request.extensions = {**request.extensions, "trace": trace_of(self._heard, _address(request.url))}
        for way in tuple(self._ways):
            reads, writes = way
            try:
                response = await (reads if request.method == "GET" else writes).handle_async_request(request)
            except httpx.ConnectError as error:
                refusal = _certificate_refusal(error)
                if refusal is None:
                    raise
                if isinstance(refusal, PinMismatchError):
                    presented = refusal.presented
            else:
                if way is not self._ways[0]:  # the way that worked goes first from now on
                    self._ways.sort(key=lambda other: other is not way)
                return response
        raise await self._untrusted(request.url, presented)

    async def aclose(self) -> None:
        """Close all connections."""
        for way in self._ways:
            for transport in way:
                await transport.aclose()

    async def _untrusted(self, url: httpx.URL, presented: Fingerprint | None) -> UntrustedCertificate:
        if presented is None:  # OpenSSL refuses without showing what it saw
            try:
                presented = await fetch_fingerprint(url.host, url.port or _HTTPS, timedelta(seconds=5))
            except Unreachable:
                presented = None
        if self._heard is not None:
            await self._heard(Handshake(address=_address(url), fingerprint=presented, accepted=False))
        shown = f"SHA-256 {presented}" if presented else "one that could not be read again"
        return UntrustedCertificate(
            self._address,
            f"an untrusted certificate was presented ({shown}), and nothing was sent; {self._expected()} was expected",
            "if a rotation is replacing this server's certificate, install the file of its task, and pin nothing; else "
            "compare it with the certificate in the SEPM console: if it is SEPM's, pin it (`rotator trust pin`), "
            "and try again; if not, another machine answers in SEPM's place: find it, and try again when it is gone",
            presented,
            self._trust.fingerprints,
        )

    def _expected(self) -> str:
        known = [f"SHA-256 {each}" for each in sorted(self._trust.fingerprints)]
        return " or ".join([*known, *(["one of the site's CA"] if self._trust.ca_pem else [])])


def _address(url: httpx.URL) -> str:
    return f"{url.host}:{url.port or _HTTPS}"


def _over(context: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    # proxies and .netrc of the environment stay out: a password goes to SEPM and nowhere else
    return httpx.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False, retries=0)


def _certificate_refusal(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal under the layers of httpx, httpcore and anyio; None for any other failure to connect."""
    return next((each for each in causes(error) if isinstance(each, ssl.SSLCertVerificationError)), None)
