"""What one client of each build holds: as a person reads it in its Sylink.xml, which no SEPM API shows (rule 10)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from rotation.site import Protocol
from rotation.text.storable_text import is_whole
from rotation.values import ClientId, Fingerprint, ServerName, Value

CLIENTS = "clients"
"""The evidence: a JSON list with one object for each client that was looked at."""
AGE = "age_minutes"
"""Of a client's own file, in such an object."""
_MOST = 200
_OLDEST = 20 * 366 * 24 * 60
"""Minutes of twenty years."""
_NAME = 100


def _capitals(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return value.replace(":", "").strip().lower() if isinstance(value, str) else value


class HeldServer(Value):
    """A server as a client's list has it, by name or address."""

    server: Annotated[str, Field(min_length=1, max_length=500)]
    port: Annotated[int, Field(ge=1, le=65535, strict=True)]


class Looked(Value):
    """What a client holds, as an operator has seen it."""

    client: Annotated[str, Field(min_length=1, max_length=200)]
    """Its id or name."""
    protocol: Annotated[Protocol, BeforeValidator(_capitals)]
    servers: Annotated[tuple[HeldServer, ...], Field(min_length=1, max_length=1000)]
    certificates: tuple[Annotated[Fingerprint, BeforeValidator(_plain)], ...] = ()
    sha256: Annotated[str, Field(max_length=64)] = ""
    """Of its Sylink.xml, where the operator gave that."""
    age_minutes: Annotated[int | None, Field(ge=0, le=_OLDEST)] = None
    """Since when the client has not written its Sylink.xml, by its own clock, where the operator states that."""

    @property
    def age(self) -> timedelta | None:
        """The same as a span."""
        return timedelta(minutes=self.age_minutes) if self.age_minutes is not None else None


class NamedClient(Value):
    """A client as a person finds it."""

    client: ClientId
    name: str
    path: str
    """Of the group that has its settings."""


class BuildToLookAt(Value):
    """A build of which one client is to be looked at."""

    label: str
    """The build and what its clients do."""
    clients: int
    """How many there are."""
    client: ClientId
    """The one that took its policy last: all others have had theirs for longer."""
    name: str
    path: str
    """Of the group that has its settings."""
    others: Annotated[tuple[NamedClient, ...], Field(max_length=20)] = ()
    """Those that took their policy before it, the last one first: for when it is off."""


class LookAtClients(Value):
    """Look at the Sylink.xml of one client of each build: policy and list may be two downloads, days apart."""

    kind: Literal["look_at_clients"] = "look_at_clients"
    relaxed: bool = False
    """Whether clients must hold an HTTP copy of their list."""
    failover: bool = False
    """Whether clients that fail over must hold the certificates of the servers that were replaced."""
    verifying: bool = False
    """Whether relaxed clients must hold these certificates, since they are to verify again."""
    builds: tuple[BuildToLookAt, ...] = ()
    """In a task; a plan does not know who will be there."""
    compares: tuple[ServerName, ...] = ()
    """In a task, the servers whose .SIG files are compared in it as well (rule 24c)."""


def looked_by(evidence: Mapping[str, str]) -> tuple[Looked, ...]:
    """What an operator has seen of clients.

    Raises:
        ValueError: where the evidence is empty, or cannot be read; it names the client.
    """
    try:
        listed = json.loads(evidence.get(CLIENTS, "") or "[]")
    except (ValueError, RecursionError) as error:
        raise ValueError("the evidence is no JSON list") from error
    if not is_whole(listed):
        raise ValueError("a text of the evidence has NUL or half a character")
    if not isinstance(listed, list) or not listed:
        raise ValueError("the evidence has no client")
    if len(listed) > (most_count := _MOST):
        raise ValueError(f"the evidence has {len(listed)} clients; at most {most_count} are accepted")
    return tuple(_looked(each) for each in listed)


def _looked(value: Any) -> Looked:
    try:
        return Looked.model_validate(value)
    except ValidationError as error:
        name = str(value.get("client", ""))[:_NAME] if isinstance(value, dict) else ""
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"the evidence of {name or 'a client'} cannot be read ({field}: {first['msg']})") from error
