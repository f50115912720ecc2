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
"""Bytes of the bodies of all requests that are being answered, but for small ones."""
_SMALL = 64 << 10
"""Bytes of a body that a request has none for."""
_WITHOUT_KEY = 4 << 10
"""Bytes of a body that comes without a key: a log-in is some hundred. A GET without a key has none at all."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_AGAIN = 5
_CLOSED = {"Connection": "close"}


class BodyLimit:
    """ASGI middleware: answers a body that is too large with 413, whatever its Content-Length says or does not say.

    A body that does not come to its end in time is answered with 408; with 503 one that comes while others fill what
    may be held at once.
    """

    def __init__(
        self, app: ASGIApp, largest: int = LARGEST, *, held_at_once: int = _HELD_AT_ONCE, guarded: bool = False
    ) -> None:
        """`guarded`: whether the guard stands before it, so that requests without a principal have no key."""
        self._app = app
        self._largest, self._held_at_once, self._guarded = largest, held_at_once, guarded
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = "principal" in scope.get("state", {}) or not self._guarded
        body = _Body(min(self._largest, _most(scope["method"], known=known)))
        try:
            stated = Headers(scope=scope).get("content-length", "")
            if stated.isdecimal() and int(stated[:20]) > body.largest:
                raise _too_large(body.largest)
            async with asyncio.timeout(WITHIN):
                await self._read(receive, body)
        except TimeoutError:
            await _too_slow().response()(scope, receive, send)
        except ProblemError as refusal:
            await refusal.response()(scope, receive, send)
        else:
            await self._app(scope, body.then(receive), send)
        finally:
            self._held -= body.held

    async def _read(self, receive: Receive, body: "_Body") -> None:
        more = True
        while more:
            part = await receive()
            self._held += (held := body.add(part))
            more = part["type"] == "http.request" and part.get("more_body", False)
            if body.size > body.largest:
                raise _too_large(body.largest)
            if held and self._held > self._held_at_once:
                raise later(
                    "bodies-fill-memory",
                    "the bodies of other requests fill what the service holds of them at once",
                    seconds=_AGAIN,
                    remedy="send it again in a moment",
                )


def _most(method: str, *, known: bool) -> int:
    if method in _BODILESS:
        return _SMALL if known else 0
    return LARGEST if known else _WITHOUT_KEY


class _Body:
    """What has come of a body."""

    def __init__(self, largest: int) -> None:
        self.largest = largest
        self._parts: list[Message] = []
        self.size = self.held = 0

    def add(self, part: Message) -> int:
        """Keep a part; how many bytes more are held of what all share. Small bodies hold none of it."""
        self._parts.append(part)
        self.size += len(part.get("body", b""))
        before, self.held = self.held, self.size if self.size > _SMALL else 0
        return self.held - before

    def then(self, receive: Receive) -> Receive:
        """Give the parts again, and then what else comes."""

        async def again() -> Message:
            return self._parts.pop(0) if self._parts else await receive()

        return again


def _too_large(largest: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body-too-large",
        f"the body is larger than {f'{largest >> 20} MiB' if largest >> 20 else f'{largest >> 10} KiB'}",
        remedy="send the file that the operation asks for; no such file is as large",
        headers=_CLOSED,
    )


def _too_slow() -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_TIMEOUT,
        "body-too-slow",
        f"the body did not come to its end within {WITHIN:.0f} seconds",
        remedy="send it again over a faster connection",
        headers=_CLOSED,
    )
