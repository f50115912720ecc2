"""The answer to a request with a key: held back until the store has what became of the request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.datastructures import Headers
from starlette.types import Message

from api.parts import Parts
from api.repeats.known_operations import Keyed
from api.repeats.operations import LOOKED_AT, SHOWN_ONCE
from store.fault import StoreFault
from store.kept_answers import LEASE, Attempt, KeptAnswer

_LARGEST = 1 << 20
"""Bytes of an answer that is kept. A larger one is looked at where its Location says."""
_KEPT_HEADERS = ("content-type", "location", "cache-control", "etag")
_UNCLEAR = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
"""Such an answer may come behind a change; every other error changed nothing. Of what is carried out again it is kept
only where a message was sent: nothing else is held against the same request."""
_log = structlog.get_logger(__name__)


class HeldAnswer:
    """What a route answers, held back until it is kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Hold a part of it back."""
        self.messages.append(message)

    @property
    def _start(self) -> Message:
        return next(each for each in self.messages if each["type"] == "http.response.start")

    @property
    def status(self) -> int:
        """Its status."""
        return int(self._start["status"])

    def kept(self, *, shown_once: bool) -> KeptAnswer:
        """What is kept of it: no body where that is shown once, or is too large."""
        headers = Headers(raw=self._start["headers"])
        body = b"".join(each.get("body", b"") for each in self.messages)
        kept = None if shown_once or len(body) > _LARGEST else body
        return KeptAnswer(self.status, {name: headers[name] for name in _KEPT_HEADERS if name in headers}, kept)


@asynccontextmanager
async def alive(parts: Parts, attempt: Attempt) -> AsyncIterator[None]:
    """Say, while the block runs, that the request is still carried out."""
    over = asyncio.Event()

    async def renewing() -> None:
        while not over.is_set():
            try:
                async with asyncio.timeout(LEASE.total_seconds() / 3):
                    await over.wait()
            except TimeoutError:
                await _stored(parts.store.kept_answers.renew(attempt, parts.clock()))

    task = asyncio.create_task(renewing())
    try:
        yield
    finally:
        over.set()
        await task


async def settle(
    parts: Parts, keyed: Keyed, attempt: Attempt, answer: HeldAnswer | None, *, sent: bool = False
) -> None:
    """Store what became of the request.

    Args:
        parts: with the store.
        keyed: the operation.
        attempt: the leave that the request had.
        answer: what it is answered; None where an error of ours ended it.
        sent: whether a message to a rotation was sent, and it is not known whether that has received it.
    """
    kept, status = parts.store.kept_answers, HTTPStatus(answer.status) if answer else _UNCLEAR[0]
    if answer is not None and status < HTTPStatus.BAD_REQUEST:
        if status is HTTPStatus.ACCEPTED:
            await _stored(kept.go_on(attempt, parts.clock()))
        else:
            await _stored(kept.answer(attempt, answer.kept(shown_once=keyed.path in SHOWN_ONCE)))
    elif status in _UNCLEAR and (sent or keyed.path in LOOKED_AT):
        await _stored(kept.fail(attempt, parts.clock()))
    else:
        await _stored(kept.forget(attempt))


async def _stored(storing: Awaitable[None]) -> None:
    """Store it, or log that it was not: the request then counts as broken off once its lease ends."""
    try:
        await storing
    except (StoreFault, OperationalError, InterfaceError, NoConnection) as error:
        _log.warning("what became of a request is not stored", kind=type(error).__name__)
