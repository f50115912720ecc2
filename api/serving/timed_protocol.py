"""uvicorn's HTTP/1.1, for callers that may not be slow without end: with headers, or in reading an answer."""

import asyncio
from typing import Any

import h11
import structlog
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.serving.early_answers import no_request, too_many_connections
from api.serving.request_target import by_path, is_too_large

HEADERS_WITHIN = 10.0
"""Seconds from the first byte, or from the connection, until the headers of a request are whole."""
READ_WITHIN = 60.0
"""Seconds that a caller may read nothing of an answer that waits for it."""
_log = structlog.get_logger(__name__)


class TimedProtocol(H11Protocol):
    """A connection. uvicorn itself bounds only how long it is idle between two requests."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._served, self.app = self.app, self._answered
        self._most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's own answer is no problem
        self._headers: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """The first request is waited for."""
        super().connection_made(transport)
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Headers that have begun are waited for; whole ones are not."""
        super().data_received(data)
        answered = self.conn.our_state is h11.DONE  # while the rest of a body that was not read goes on
        if (self.conn.their_state is h11.IDLE or answered) and not self.transport.is_closing():
            self._wait_for_headers()
        else:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """What was sent is no request. Behind an answer that has begun there is nothing to say."""
        _log.info("what was sent is no request", why=msg, address=self._address)
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = no_request()
            begin = h11.Response(status_code=answer.status_code, headers=answer.raw_headers)
            for event in (begin, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_too_large(scope):
            _log.info("what was sent is no request", why="large headers", address=self._address)
            await no_request()(scope, receive, send)
            return
        if self._most is None or max(len(self.connections), len(self.tasks)) <= self._most:
            await self._served(by_path(scope), receive, send)
            return
        _log.warning("too many connections", address=self._address)
        await too_many_connections()(scope, receive, send)

    def pause_writing(self) -> None:
        """The caller reads more slowly than it is answered."""
        super().pause_writing()
        self._reading = self.loop.call_later(READ_WITHIN, self._end, "reads no answer")

    def resume_writing(self) -> None:
        """It reads on."""
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer outlives its connection."""
        super().connection_lost(exc)
        for timer in (self._headers, self._reading):
            if timer is not None:
                timer.cancel()

    def _wait_for_headers(self) -> None:
        if self._headers is None:
            self._headers = self.loop.call_later(HEADERS_WITHIN, self._end, "sends no whole request")

    def _stop_waiting(self) -> None:
        if self._headers is not None:
            self._headers.cancel()
            self._headers = None

    def _end(self, why: str) -> None:
        _log.info("a slow connection was closed", why=why, address=self._address)
        self.transport.abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""
