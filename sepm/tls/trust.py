"""Which certificates of a SEPM are trusted, and how that is checked before a byte of HTTP is sent.

A SEPM serves a self-signed certificate with whatever name the installer saw, so the usual checks (chain, name, dates)
say nothing here. Instead the certificate itself is pinned: SHA-256 of its DER. *The pin is the verification*: a pinned
certificate is accepted whatever its name and dates, anything else is refused. The handshake proves that the server
holds the certificate's key.

The check sits in `do_handshake` of the TLS object, before the handshake returns to its caller. So no HTTP client on top
can send anything to a server that failed it, and with TLS 1.3 not even the handshake's last message leaves.
"""

import asyncio
import ssl
from contextlib import suppress
from datetime import timedelta

from pydantic import field_validator, model_validator

from certificates.fingerprint import fingerprint_of
from rotation.values import Fingerprint, Value
from sepm.errors import Unreachable
from sepm.failure_words import failure_words

_HEX_DIGITS = 64


class Trust(Value):
    """What is accepted: pinned certificates (the current and the announced new one), or any that a CA vouches for."""

    fingerprints: frozenset[Fingerprint] = frozenset()
    ca_pem: str | None = None
    """PEM of the CA certificates. Name and dates are checked then, as is usual for CA-issued certificates."""

    @field_validator("fingerprints")
    @classmethod
    def _are_sha256(cls, given: frozenset[Fingerprint]) -> frozenset[Fingerprint]:
        return frozenset(normal_fingerprint(fingerprint) for fingerprint in given)

    @model_validator(mode="after")
    def _trusts_something(self) -> "Trust":
        if not self.fingerprints and not self.ca_pem:
            raise ValueError("trust needs a pinned fingerprint or a CA: verification is never off")
        if self.ca_pem:
            ca_context(self.ca_pem)  # a broken PEM is found when it is given, not at the first connection
        return self


class PinMismatchError(ssl.SSLCertVerificationError):
    """A handshake ended with a certificate that is not pinned; `presented` is its fingerprint."""

    def __init__(self, presented: Fingerprint) -> None:
        super().__init__(1, f"certificate {presented} is not pinned")
        self.presented = presented


def normal_fingerprint(text: str) -> Fingerprint:
    """The fingerprint that a person wrote, perhaps with colons and in capitals.

    Raises:
        ValueError: when it is no SHA-256.
    """
    plain = text.replace(":", "").replace(" ", "").lower()
    if len(plain) != _HEX_DIGITS or not all(digit in "0123456789abcdef" for digit in plain):
        raise ValueError(f"{text!r} is no SHA-256 fingerprint (64 hexadecimal digits)")
    return Fingerprint(plain)


def observing_context() -> ssl.SSLContext:
    """A context that accepts whatever is presented: to look at a certificate, never to send a secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def pinned_context(fingerprints: frozenset[Fingerprint]) -> ssl.SSLContext:
    """A context whose handshakes end in `PinMismatchError` unless a pinned certificate is presented.

    It serves asyncio and httpx, which drive TLS through memory buffers. Plain sockets are closed to it: their
    handshake would not pass the check.
    """

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            presented = fingerprint_of(self.getpeercert(binary_form=True) or b"")
            if presented not in fingerprints:
                raise PinMismatchError(presented)

    class NoSocket(ssl.SSLSocket):
        @classmethod
        def _create(cls, *_: object, **__: object) -> "NoSocket":
            raise TypeError("a pinned context serves asyncio only: a plain socket would skip the check")

    context = observing_context()  # OpenSSL's own checks are off because the pin takes their place
    context.sslobject_class = PinnedObject
    context.sslsocket_class = NoSocket
    return context


def ca_context(ca_pem: str) -> ssl.SSLContext:
    """A context that verifies chain, dates and name against these CAs and no others.

    Raises:
        ValueError: when the PEM holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=ca_pem)
    except (ssl.SSLError, TypeError) as error:  # the latter of a text that is not ASCII
        raise ValueError("the CA file holds no PEM certificate") from error
    return context


async def fetch_certificate(host: str, port: int, timeout: timedelta) -> bytes:  # noqa: ASYNC109 - all of it is timed
    """The DER certificate that a port presents. Sends nothing after the handshake.

    Raises:
        OSError: also as `ssl.SSLError` and `TimeoutError`, when there is no handshake in time.
    """
    async with asyncio.timeout(timeout.total_seconds()):
        _, writer = await asyncio.open_connection(host, port, ssl=observing_context())
        try:
            der: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        finally:
            writer.close()
            # a peer that dislikes the early end is of no interest: its certificate was seen
            with suppress(OSError):
                await writer.wait_closed()
    if not der:
        raise ssl.SSLError(1, "no certificate was presented")
    return der


async def fetch_fingerprint(
    host: str,
    port: int,
    timeout: timedelta = timedelta(seconds=10),  # noqa: ASYNC109 - all of it is timed
) -> Fingerprint:
    """What a port presents, to be shown to a person at first contact. Sends nothing after the handshake.

    Raises:
        Unreachable: when there is no handshake in time.
    """
    try:
        return fingerprint_of(await fetch_certificate(host, port, timeout))
    except OSError as error:
        reason = failure_words(error)
        raise Unreachable(
            f"{host}:{port}",
            f"no certificate could be read ({reason})",
            "check address, port and firewall, and that SEPM runs",
        ) from error
