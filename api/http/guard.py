"""The guard before every route: one API key, compared in constant time, before anything of the body is read."""

import hashlib
import hmac
from collections.abc import Callable
from http import HTTPStatus

from pydantic import SecretStr
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import ProblemError

_DESCRIPTION = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")
OPEN = frozenset({*_DESCRIPTION, "/healthz/live", "/healthz/ready", "/v1/codec/login", "/v1/codec/logout"})
_SCHEME = "bearer"


class ApiKey:
    """The API key, for comparing."""

    def __init__(self, key: SecretStr) -> None:
        self._digest = _digest(key.get_secret_value())

    def is_(self, given: str) -> bool:
        """Whether that is it."""
        # digests are of one length, so the comparison tells nothing of the key's
        return hmac.compare_digest(_digest(given.strip()), self._digest)


class Guard:
    """ASGI middleware: requires the key for all but health, the API's own description, log-in and log-out."""

    def __init__(self, app: ASGIApp, key: ApiKey, session: Callable[[HTTPConnection], str | None]) -> None:
        """`session` names the person whose session a request carries; that request passes too."""
        self._app = app
        self._key = key
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass on."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN or self._may_pass(HTTPConnection(scope)):
            await self._app(scope, receive, send)
            return
        refusal = ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            "the request carries no valid API key",
            remedy="send the header `Authorization: Bearer KEY`; `rotator up` tells where the key lies",
            headers={"WWW-Authenticate": 'Bearer realm="rotator"'},
        )
        await refusal.response()(scope, receive, send)

    def _may_pass(self, request: HTTPConnection) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return (self._key.is_(given) and scheme.lower() == _SCHEME) or self._session(request) is not None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
