"""What a caller does not want compressed: `Accept-Encoding: gzip;q=0` names gzip to refuse it (RFC 9110, 12.5.3)."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_NAME = b"accept-encoding"
_REFUSED = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*;\s*q=0(?:\.0{0,3})?\s*(?:,|$)", re.IGNORECASE)


class AcceptedEncoding:
    """ASGI middleware, before what compresses, which takes any header with `gzip` in it for a wish, `gzip;q=0` too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, without the header of a caller that refuses gzip: nothing else is offered."""
        if scope["type"] == "http" and _REFUSED.search(Headers(scope=scope).get("accept-encoding", "")):
            scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != _NAME]}
        await self._app(scope, receive, send)
