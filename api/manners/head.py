"""HEAD wherever there is GET (RFC 9110, 9.3.2): the same headers, and no body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oidc.settings import CALLBACK

_ACTS = ("/keystore", "/events/stream", "/v1/events", "/changes", CALLBACK)
"""How paths end whose GET does something, or goes on: a HEAD would do it too."""


def takes_head(path: str) -> bool:
    """Whether a path whose GET is there takes HEAD, too."""
    return not path.endswith(_ACTS)


class Head:
    """ASGI middleware: has GET answer, and keeps its body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or not takes_head(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_body)
