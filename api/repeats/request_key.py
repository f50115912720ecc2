"""The key that names a request: the caller's own, from `Idempotency-Key`, or one that is made here."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from rotation.identity.identity import IdentityId
from store.database.chain import canonical

KEY_HEADER, REPLAYED_HEADER = "Idempotency-Key", "Idempotency-Replayed"


@dataclass(frozen=True)
class RequestKey:
    """The key of a request."""

    text: str
    """What the caller sends as `Idempotency-Key` to have it be this request."""
    name: str
    """What ids follow from. Two callers, or two routes, never share one."""
    body: str | None = None
    """SHA-256 of the body, where the caller has sent the key."""

    @classmethod
    def of(cls, identity: IdentityId, path: str, text: str, body: bytes | None = None) -> "RequestKey":
        """The key of a caller's POST to a path, which has the ids of what it is about."""
        name = hashlib.sha256(canonical([identity, path, text]).encode()).hexdigest()
        return cls(text, f"key-{name}", hashlib.sha256(body).hexdigest() if body is not None else None)

    @property
    def sent(self) -> str | None:
        """The name, where the caller has sent the key."""
        return self.name if self.body is not None else None

    @property
    def with_body(self) -> str | None:
        """The name and the body, where the caller has sent the key: for what no store compares with its request."""
        return f"{self.name} {self.body}" if self.body is not None else None


def request_key_of(request: Request) -> RequestKey:
    """The key of this request, as the middleware has found or made it."""
    key: RequestKey = request.state.request_key
    return key


WithRequestKey = Annotated[RequestKey, Depends(request_key_of)]
