"""A request that is sent again with its `Idempotency-Key` gets the answer of the first, and has no second effect."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import uuid4

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import faults
from api.http.problems import ProblemError
from api.parts import Parts
from api.repeats.known_operations import Keyed, keyed_operations
from api.repeats.operations import CARRIED_OUT_AGAIN, LOOKED_AT, SHOWN_ONCE
from api.repeats.request_key import RequestKey
from rotation.identity.identity import Grant, Principal
from store.fault import StoreFault
from store.kept_answers import LEASE, Attempt, KeptAnswer, KeyedRequest, Unfinished

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
_FORM = re.compile(r"[\x20-\x7e]{1,200}")
_LARGEST = 1 << 20
"""Bytes of an answer that is kept. A larger one is looked at where its Location says."""
_KEPT_HEADERS = ("content-type", "location", "cache-control", "etag")
_UNCLEAR = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
"""Such an answer does not tell whether something was changed; every other error changed nothing."""
_AGAIN = "2"
_DATABASE = (OperationalError, InterfaceError, NoConnection)
_log = structlog.get_logger(__name__)


class RepeatedRequests:
    """ASGI middleware, behind guard and limits: each POST that changes something gets its key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._operations: tuple[Keyed, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry the request out, or give the answer of the first one with its key."""
        keyed = self._keyed(scope)
        if keyed is None:
            await self._app(scope, receive, send)
            return
        parts: Parts = scope["app"].state.parts
        caller: Principal = scope["state"]["principal"]
        try:
            given = _given(scope)
            if given is None:
                scope["state"]["request_key"] = RequestKey.of(caller.id, scope["path"], uuid4().hex)
                await self._app(scope, receive, send)
                return
            await keyed.require_leave(scope, parts)
            body = await _body(receive)
            scope["state"]["request_key"] = key = RequestKey.of(caller.id, scope["path"], given, body)
            attempt = await _begun(parts, keyed, _request(scope, caller, key))
        except ProblemError as refusal:
            await refusal.response()(scope, receive, send)
        except StoreFault as fault:
            await faults.from_store(fault).response()(scope, receive, send)
        except _DATABASE as error:
            _log.error("the database does not serve", kind=type(error).__name__)
            await faults.from_database(error).response()(scope, receive, send)
        else:
            if isinstance(attempt, Attempt):
                await self._carry_out(parts, keyed, attempt, (scope, _again(body, receive), send))
            else:
                await attempt(scope, receive, send)

    def _keyed(self, scope: Scope) -> Keyed | None:
        """The operation, where it is a POST that takes a key."""
        if scope["type"] != "http" or scope["method"] != "POST" or "principal" not in scope.get("state", {}):
            return None
        if not self._operations:
            app: FastAPI = scope["app"]
            self._operations = tuple(keyed_operations(app))
        return next((each for each in self._operations if each.form.match(scope["path"])), None)

    async def _carry_out(
        self, parts: Parts, keyed: Keyed, attempt: Attempt, asked: tuple[Scope, Receive, Send]
    ) -> None:
        """Answer the request. Its answer is kept before the caller gets it."""
        scope, receive, send = asked
        answer = _Answer()
        async with _alive(parts, attempt):
            try:
                await self._app(scope, receive, answer.take)
            except Exception:
                await _settle(parts, keyed, attempt, None)
                raise
            await _settle(parts, keyed, attempt, answer)
        for message in answer.messages:
            await send(message)


class _Answer:
    """What a route answers, held back until it is kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def _start(self) -> Message:
        return next(each for each in self.messages if each["type"] == "http.response.start")

    @property
    def status(self) -> int:
        return int(self._start["status"])

    def kept(self, *, shown_once: bool) -> KeptAnswer:
        headers = Headers(raw=self._start["headers"])
        body = b"".join(each.get("body", b"") for each in self.messages)
        kept = None if shown_once or len(body) > _LARGEST else body
        return KeptAnswer(self.status, {name: headers[name] for name in _KEPT_HEADERS if name in headers}, kept)


def _given(scope: Scope) -> str | None:
    """The key that the caller sends.

    Raises:
        ProblemError: 422, when it is none.
    """
    given = Headers(scope=scope).getlist(HEADER)
    if not given:
        return None
    if len(given) > 1 or not _FORM.fullmatch(given[0]):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-request",
            f"{HEADER} is no key",
            remedy="send one key of 1 to 200 printable characters of ASCII, e.g. a random UUID",
        )
    return given[0]


async def _body(receive: Receive) -> bytes:
    """The whole body; its size and its time are bounded before."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body again, and then what else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _request(scope: Scope, caller: Principal, key: RequestKey) -> KeyedRequest:
    """The request, with the grant of its caller: what other roles or sites were answered is not shown to these."""
    where = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
    grant = Grant(roles=caller.roles, sites=caller.sites).model_dump_json()
    return KeyedRequest(caller.id, key.text, (*where, key.body or "", grant))


async def _begun(parts: Parts, keyed: Keyed, request: KeyedRequest) -> Attempt | Response:
    """The leave to carry the request out, or the answer of the first one.

    Raises:
        ProblemError: 409, while it is carried out, when it may have had its effect, or when its answer is not kept.
        KeyReused: when the key is another request's.
    """
    found = await parts.store.kept_answers.begin(request, parts.clock(), again=keyed.path in CARRIED_OUT_AGAIN)
    match found:
        case Attempt():
            return found
        case KeptAnswer(body=None):
            raise _not_kept(keyed, found)
        case KeptAnswer():
            return Response(found.body, found.status, {**found.headers, REPLAYED: "true"})
        case Unfinished.IN_FLIGHT:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "request-in-flight",
                f"a request with this {HEADER} is being carried out",
                remedy="send the same request again in a moment: it gets the answer of the first",
                headers={"Retry-After": _AGAIN},
            )
        case _:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "outcome-unknown",
                f"the first request with this {HEADER} was broken off: it may have been carried out, or not",
                remedy=f"look whether it was ({LOOKED_AT[keyed.path]}); where not, send it with a new key",
            )


def _not_kept(keyed: Keyed, answer: KeptAnswer) -> ProblemError:
    where = answer.headers.get("location", "")
    once = SHOWN_ONCE.get(keyed.path)
    why = "it is shown once, and kept nowhere" if once else "it is too large to be kept"
    return ProblemError(
        HTTPStatus.CONFLICT,
        "answer-not-kept",
        f"the request was carried out and answered ({answer.status}{f', {where}' if where else ''}); the answer is not "
        f"given again: {why}",
        remedy=f"where it did not reach you, {once}" if once else f"read it: GET {where or keyed.path}",
        headers={"Location": where} if where else {},
    )


@asynccontextmanager
async def _alive(parts: Parts, attempt: Attempt) -> AsyncIterator[None]:
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


async def _settle(parts: Parts, keyed: Keyed, attempt: Attempt, answer: _Answer | None) -> None:
    """Store what became of the request; `answer` is None where an error of ours ended it."""
    kept, status = parts.store.kept_answers, HTTPStatus(answer.status) if answer else _UNCLEAR[0]
    if answer is not None and status < HTTPStatus.BAD_REQUEST:
        if status is HTTPStatus.ACCEPTED:
            await _stored(kept.go_on(attempt, parts.clock()))
        else:
            await _stored(kept.answer(attempt, answer.kept(shown_once=keyed.path in SHOWN_ONCE)))
    elif status in _UNCLEAR and keyed.path in LOOKED_AT:
        await _stored(kept.fail(attempt, parts.clock()))
    else:
        await _stored(kept.forget(attempt))


async def _stored(storing: Awaitable[None]) -> None:
    """Store it, or log that it was not: the request then counts as broken off once its lease ends."""
    try:
        await storing
    except (StoreFault, *_DATABASE) as error:
        _log.warning("what became of a request is not stored", kind=type(error).__name__)
