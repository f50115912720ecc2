"""A request's body is read as far as any honest one goes, before anything makes sense of it."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import ProblemError

LARGEST = 16 << 20


class BodyLimit:
    """ASGI middleware: answers 413 to a body that is larger, whatever its Content-Length says or does not say."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        parts = None if stated.isdecimal() and int(stated[:20]) > self._largest else await self._read(receive)
        if parts is None:
            await self._refusal().response()(scope, receive, send)
            return

        async def again() -> Message:
            return parts.pop(0) if parts else await receive()

        await self._app(scope, again, send)

    async def _read(self, receive: Receive) -> list[Message] | None:
        """The messages of the body; None when it is too large."""
        parts, size, more = [], 0, True
        while more:
            part = await receive()
            parts.append(part)
            size += len(part.get("body", b""))
            more = part["type"] == "http.request" and part.get("more_body", False)
            if size > self._largest:
                return None
        return parts

    def _refusal(self) -> ProblemError:
        return ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"the body is larger than {self._largest >> 20} MiB",
            remedy="send what was asked for; nothing here is as large",
        )
