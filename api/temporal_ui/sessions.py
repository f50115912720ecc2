"""Who has logged in for the Temporal UI: a cookie that opens the door and, to pages of the UI, the codec server."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from api.http.cross_origin import SHARED
from rotation.identity.log_in import LogIn
from store.access.key_text import KeyId

COOKIE = "rotator-ui"
LOGIN, LOGOUT = "/v1/codec/login", "/v1/codec/logout"
COMPANY_LOGIN = "/v1/login/oidc"
LASTING = timedelta(hours=8)
"""A working day."""


class Sessions:
    """They are kept in memory: each ends at its log-out, after `LASTING`, and with this process."""

    def __init__(self, origins: Iterable[str], clock: Callable[[], datetime]) -> None:
        """`origins` are those whose pages may use a session; without them no page may."""
        self.origins = frozenset(origins)
        self._clock = clock
        self._holders: dict[bytes, tuple[KeyId | LogIn, datetime]] = {}

    def open(self, holder: KeyId | LogIn, lasting: timedelta = LASTING) -> str:
        """A new session of the holder of a key, or of a log-in of the company: what its cookie holds.

        One of a key ends with the key, too.
        """
        now = self._clock()
        self._holders = {digest: held for digest, held in self._holders.items() if held[1] > now}
        token = secrets.token_urlsafe(32)
        self._holders[_digest(token)] = (holder, now + lasting)
        return token

    def close(self, request: HTTPConnection) -> KeyId | LogIn | None:
        """End the session that a request carries. What it was opened with."""
        holder = self.holder(request)
        self._holders.pop(_digest(request.cookies.get(COOKIE, "")), None)
        return holder

    def holder(self, request: HTTPConnection) -> KeyId | LogIn | None:
        """What the session that a request carries was opened with; None without one that lasts."""
        # found by its digest, so that a comparison tells nothing of a token
        holder, until = self._holders.get(_digest(request.cookies.get(COOKIE, "")), (None, None))
        return holder if until is not None and self._clock() < until else None

    def admit(self, request: HTTPConnection) -> KeyId | LogIn | None:
        """What the session was opened with that opens the codec server to a request: of the UI's pages alone."""
        theirs = request.headers.get("origin")
        of_the_ui = request.url.path in SHARED and theirs is not None and theirs in self.origins
        return self.holder(request) if of_the_ui else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
