"""The guard before every route: one API key, compared in constant time, before anything of the body is read."""

import hashlib
import hmac
from http import HTTPStatus

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import ProblemError

_OPEN = frozenset({"/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/healthz/live", "/healthz/ready"})
_SCHEME = "bearer"


class Guard:
    """ASGI middleware: lets nobody pass without the key but to health and the API's own description."""

    def __init__(self, app: ASGIApp, key: SecretStr) -> None:
        self._app = app
        self._digest = _digest(key.get_secret_value())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass on."""
        if scope["type"] == "lifespan" or scope["path"] in _OPEN or self._has_key(Headers(scope=scope)):
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

    def _has_key(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # digests are of one length, so the comparison tells nothing of the key's
        return hmac.compare_digest(_digest(given.strip()), self._digest) and scheme.lower() == _SCHEME


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
