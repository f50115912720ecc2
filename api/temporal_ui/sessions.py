"""Who has logged in for the Temporal UI: a cookie that opens the door and, to pages of the UI, the codec server."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from api.http.cross_origin import SHARED
from store.access.key_text import KeyId

COOKIE = "rotator-ui"
LOGIN, LOGOUT = "/v1/codec/login", "/v1/codec/logout"
LASTING = timedelta(hours=8)
"""A working day."""


class Sessions:
    """They are kept in memory: each ends at its log-out, after `LASTING`, and with this process."""

    def __init__(self, origins: Iterable[str], clock: Callable[[], datetime]) -> None:
        """`origins` are those whose pages may use a session; without them no page may."""
        self.origins = frozenset(origins)
        self._clock = clock
        self._holders: dict[bytes, tuple[KeyId, datetime]] = {}

    def open(self, key: KeyId) -> str:
        """A new session of the holder of a key: what its cookie holds. It ends with the key, too."""
        now = self._clock()
        self._holders = {digest: held for digest, held in self._holders.items() if held[1] > now}
        token = secrets.token_urlsafe(32)
        self._holders[_digest(token)] = (key, now + LASTING)
        return token

    def close(self, request: HTTPConnection) -> KeyId | None:
        """End the session that a request carries. The key that it was opened with."""
        key = self.holder(request)
        self._holders.pop(_digest(request.cookies.get(COOKIE, "")), None)
        return key

    def holder(self, request: HTTPConnection) -> KeyId | None:
        """The key whose session a request carries; None without one that lasts."""
        # found by its digest, so that a comparison tells nothing of a token
        key, until = self._holders.get(_digest(request.cookies.get(COOKIE, "")), (None, None))
        return key if until is not None and self._clock() < until else None

    def admit(self, request: HTTPConnection) -> KeyId | None:
        """The key whose session opens the codec server to this request: of a page of the UI, of no other origin."""
        theirs = request.headers.get("origin")
        of_the_ui = request.url.path in SHARED and theirs is not None and theirs in self.origins
        return self.holder(request) if of_the_ui else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
