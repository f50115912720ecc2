"""A contact with a site's SEPM: which certificate was at the other end of a TLS connection, and what was made of it."""

from datetime import datetime
from enum import StrEnum

from rotation.values import Fingerprint, Value


class ContactKind(StrEnum):
    """What happened with a certificate."""

    CONNECTED = "connected"
    """It was accepted; whatever the connection carries is sent after this is stored."""
    REFUSED = "refused"
    """It was none of those known: the handshake was ended, and nothing was sent."""
    PINNED = "pinned"
    """A person stated that it is SEPM's."""
    DROPPED = "dropped"
    """It is not accepted any more: a person dropped it, or its successor was proven."""


class Contact(Value):
    """One line about a certificate at a site's REST address."""

    at: datetime
    kind: ContactKind
    address: str
    """Host and port."""
    server: str = ""
    """Whose address it is; empty where it is not known to be one server's."""
    fingerprint: Fingerprint | None
    """None: it was refused by a CA's rules, and could not be read again."""
    who: str = ""
    why: str = ""


class Presence(Value):
    """All contacts of one kind with one certificate at one address."""

    kind: ContactKind
    address: str
    server: str
    fingerprint: Fingerprint | None
    first: datetime
    last: datetime
    count: int
