"""Reporting every TLS handshake with SEPM before anything is sent over it."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from certificates.fingerprint import fingerprint_of
from rotation.trust.contact import Contact, ContactKind
from rotation.values import Fingerprint, Value

Trace = Callable[[str, dict[str, Any]], Awaitable[None]]
_SHAKEN = "connection.start_tls.complete"


class Handshake(Value):
    """The end of a handshake."""

    address: str
    """Host and port."""
    fingerprint: Fingerprint | None
    """What was presented; None where it could not be read."""
    accepted: bool

    def contact(self, at: datetime, server: str) -> Contact:
        """As a line of the site's trail."""
        kind = ContactKind.CONNECTED if self.accepted else ContactKind.REFUSED
        return Contact(at=at, kind=kind, address=self.address, server=server, fingerprint=self.fingerprint)


Heard = Callable[[Handshake], Awaitable[None]]
"""Gets a handshake; nothing is sent before it returns, and never if it fails."""


def trace_of(heard: Heard, address: str) -> Trace:
    """The hook of httpcore between the handshake of a new connection and the first byte of HTTP."""

    async def trace(event: str, details: dict[str, Any]) -> None:
        if event != _SHAKEN:
            return
        stream = details["return_value"]
        tls = stream.get_extra_info("ssl_object")
        try:
            await heard(Handshake(address=address, fingerprint=_presented(tls), accepted=True))
        except BaseException:
            await stream.aclose()
            raise

    return trace


def _presented(tls: ssl.SSLObject) -> Fingerprint:
    return fingerprint_of(tls.getpeercert(binary_form=True) or b"")
