"""A request's body is read as far and as long as any honest one goes, before anything makes sense of it."""

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import ProblemError, later

LARGEST = 16 << 20
WITHIN = 60.0
"""Seconds for the whole of a body."""
_HELD_AT_ONCE = 4 * LARGEST
"""Bytes of the bodies of all requests that are being answered."""
_AGAIN = 5
_CLOSED = {"Connection": "close"}


class BodyLimit:
    """ASGI middleware: answers a body that is too large with 413, whatever its Content-Length says or does not say.

    A body that does not come to its end in time is answered with 408; with 503 one that comes while others fill what
    may be held at once.
    """

    def __init__(self, app: ASGIApp, largest: int = LARGEST, *, held_at_once: int = _HELD_AT_ONCE) -> None:
        self._app = app
        self._largest, self._held_at_once = largest, held_at_once
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body()
        try:
            stated = Headers(scope=scope).get("content-length", "")
            if stated.isdecimal() and int(stated[:20]) > self._largest:
                raise self._too_large()
            async with asyncio.timeout(WITHIN):
                await self._read(receive, body)
        except TimeoutError:
            await _too_slow().response()(scope, receive, send)
        except ProblemError as refusal:
            await refusal.response()(scope, receive, send)
        else:
            await self._app(scope, body.then(receive), send)
        finally:
            self._held -= body.size

    async def _read(self, receive: Receive, body: "_Body") -> None:
        more = True
        while more:
            part = await receive()
            size = body.add(part)
            self._held += size
            more = part["type"] == "http.request" and part.get("more_body", False)
            if body.size > self._largest:
                raise self._too_large()
            if size and self._held > self._held_at_once:
                raise later(
                    "bodies-fill-memory",
                    "the bodies of other requests fill what the service holds of them at once",
                    seconds=_AGAIN,
                    remedy="send it again in a moment",
                )

    def _too_large(self) -> ProblemError:
        return ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"the body is larger than {self._largest >> 20} MiB",
            remedy="send what was asked for; nothing here is as large",
            headers=_CLOSED,
        )


class _Body:
    """What has come of a body."""

    def __init__(self) -> None:
        self._parts: list[Message] = []
        self.size = 0

    def add(self, part: Message) -> int:
        """Keep a part; how many bytes it has."""
        size = len(part.get("body", b""))
        self._parts.append(part)
        self.size += size
        return size

    def then(self, receive: Receive) -> Receive:
        """Give the parts again, and then what else comes."""

        async def again() -> Message:
            return self._parts.pop(0) if self._parts else await receive()

        return again


def _too_slow() -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_TIMEOUT,
        "body-too-slow",
        f"the body did not come to its end within {WITHIN:.0f} seconds",
        remedy="send it again over a faster connection",
        headers=_CLOSED,
    )
