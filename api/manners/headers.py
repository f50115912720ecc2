"""What browsers and caches may do with answers: guess no type, show none of them in a frame, keep none."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class AnswerHeaders:
    """ASGI middleware: adds those that an answer does not have already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer gets its headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if headers["cache-control"] == "no-cache":  # the framework's, of streams: a cache may keep that
                    headers["cache-control"] = HEADERS["Cache-Control"]
            await send(message)

        await self._app(scope, receive, with_headers)
