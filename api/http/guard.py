"""The guard before every route: the key of an identity, looked up before anything of the body is read."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import faults
from api.http.problems import ProblemError
from api.parts import Parts
from store.access.api_key import ApiKey
from store.access.key_text import KeyId
from store.fault import StoreFault

_DESCRIPTION = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")
OPEN = frozenset({*_DESCRIPTION, "/healthz/live", "/healthz/ready", "/v1/codec/login", "/v1/codec/logout"})
_SCHEME = "bearer"
_COUNTS_ON = timedelta(minutes=10)
"""How long a key that was looked up goes on counting while the database does not answer: what the service knows of its
own state must be readable then. Nothing can be changed meanwhile."""


class Guard:
    """ASGI middleware: requires a key for all but health, the API's own description, log-in and log-out."""

    def __init__(
        self, app: ASGIApp, session: Callable[[HTTPConnection], KeyId | None], free: frozenset[str] = OPEN
    ) -> None:
        """`session` names the key that a log-in was made with, whose session a request carries; `free` needs no key."""
        self._app = app
        self._session = session
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or 503 where keys cannot be looked up, or pass on with the principal in the request's state."""
        if scope["type"] == "lifespan" or scope["path"] in self._free:
            await self._app(scope, receive, send)
            return
        parts: Parts = scope["app"].state.parts
        try:
            key = await self._shown(HTTPConnection(scope), parts)
        except StoreFault as fault:
            await faults.from_store(fault).response()(scope, receive, send)
        except (OperationalError, InterfaceError, NoConnection) as error:
            await faults.from_database(error).response()(scope, receive, send)
        else:
            if key is None:
                await _refusal().response()(scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = key.principal
            await self._app(scope, receive, send)
            await parts.store.identities.note_use(key, parts.clock())

    async def _shown(self, request: HTTPConnection, parts: Parts) -> ApiKey | None:
        """The key that a request shows, in its header or by its session."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        session = self._session(request)
        now, found = parts.clock(), None
        if scheme.lower() != _SCHEME and session is None:
            return None
        shown = hashlib.sha256(given.encode() if session is None else session.encode()).digest()
        try:
            if scheme.lower() == _SCHEME:
                found = await parts.store.identities.holder(given, now)
            if found is None and session is not None:
                found = await parts.store.identities.still(session, now)
        except (OperationalError, InterfaceError, NoConnection):
            found, looked_up = parts.looked_up.get(shown, (None, now))
            if found is None or now - looked_up > _COUNTS_ON or not found.counts(now):
                raise
            return found
        parts.looked_up.pop(shown, None)
        if found is not None:
            parts.looked_up[shown] = found, now
        return found


def _refusal() -> ProblemError:
    return ProblemError(
        HTTPStatus.UNAUTHORIZED,
        "unauthorized",
        "the request carries no API key that counts: it is missing, unknown, expired or revoked",
        remedy="send the header `Authorization: Bearer KEY`; an admin adds keys (rotator key add), and `rotator up` "
        "tells where the first one lies",
        headers={"WWW-Authenticate": 'Bearer realm="rotator"'},
    )
