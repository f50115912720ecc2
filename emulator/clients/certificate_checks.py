"""Checks of a certificate that some switches ask of clients: it is valid now; an authority that they know issued it.

`contact` asks them, and decides.
"""

from emulator.certificates.certificates import Credential
from emulator.clients.client import Client
from emulator.state.publishing import Publication


def is_valid(shown: Credential, client: Client, at_ms: int) -> bool:
    """Whether a certificate is valid at a moment, by the client's own clock."""
    begins, ends = shown.valid_ms
    return begins <= at_ms + client.ahead_ms <= ends


def vouched_for(shown: Credential, held: Publication) -> bool:
    """Whether the authority of a certificate has issued one of those that a client holds."""
    return bool(shown.authority) and any(shown.authority == each.authority for each in held.certificates.values())
