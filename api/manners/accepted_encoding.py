"""What a caller does not want compressed: `Accept-Encoding: gzip;q=0` names gzip to refuse it (RFC 9110, 12.5.3)."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from texts.weights import weights

_NAME = b"accept-encoding"
_GZIP = ("gzip", "x-gzip")


class AcceptedEncoding:
    """ASGI middleware, before what compresses, which takes any header with `gzip` in it for a wish, `gzip;q=0` too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, without the header of a caller that refuses gzip: nothing else is offered."""
        if scope["type"] == "http" and _refuses_gzip(Headers(scope=scope).get("accept-encoding", "")):
            scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != _NAME]}
        await self._app(scope, receive, send)


def _refuses_gzip(accepted: str) -> bool:
    named = [weight for name, weight in weights(accepted).items() if name in _GZIP]
    return bool(named) and not any(named)
