"""Callers whose keys do not count: each is logged with its address, and those that try often are answered slowly."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OFTEN = RateLimitItemPerMinute(10)
_KEPT_BACK = 100
"""At once; others are answered as they come, for what is kept back holds memory and a connection."""
_log = structlog.get_logger(__name__)


class WrongKeys:
    """ASGI middleware before the guard: what the guard answers with 401 is logged, and counted by address."""

    def __init__(self, app: ASGIApp, delay: timedelta) -> None:
        self._app, self._delay = app, delay.total_seconds()
        self._tries = FixedWindowRateLimiter(MemoryStorage())
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a refusal may come late."""

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.UNAUTHORIZED:
                await self._note(scope)
            await send(message)

        await self._app(scope, receive, later)

    async def _note(self, scope: Scope) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        often = not await self._tries.hit(_OFTEN, address)
        _log.warning("no key that counts", address=address, path=scope["path"], often=often)
        if often and self._waiting < _KEPT_BACK:
            self._waiting += 1
            try:
                await asyncio.sleep(self._delay)
            finally:
                self._waiting -= 1
