"""A request that is sent again with its `Idempotency-Key` gets the answer of the first, and has no second effect."""

import re
from http import HTTPStatus
from uuid import uuid4

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import faults
from api.http.problems import ProblemError
from api.parts import Parts
from api.repeats.earlier_requests import begun
from api.repeats.held_answer import HeldAnswer, alive, settle
from api.repeats.known_operations import Keyed, keyed_operations
from api.repeats.request_key import KEY_HEADER, RequestKey
from rotation.identity.identity import Grant, Principal
from store.fault import StoreFault
from store.kept_answers import Attempt, KeyedRequest

_FORM = re.compile(r"[\x20-\x7e]{1,200}")
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
            attempt = await begun(parts, keyed, _request(scope, caller, key))
        except ClientDisconnect:
            return
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
        if attempt.again:  # what it expects to find it may have changed itself
            scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"if-match"]}
        answer = HeldAnswer()
        async with alive(parts, attempt):
            try:
                await self._app(scope, receive, answer.take)
            except Exception:
                await settle(parts, keyed, attempt, None)
                raise
            sent = bool(scope["state"].get(faults.SENT))
            await settle(parts, keyed, attempt, answer if answer.messages else None, sent=sent)
        for message in answer.messages:
            await send(message)


def _given(scope: Scope) -> str | None:
    """The key that the caller sends.

    Raises:
        ProblemError: 422, when it is none.
    """
    given = Headers(scope=scope).getlist(KEY_HEADER)
    if not given:
        return None
    if len(given) > 1 or not _FORM.fullmatch(given[0]):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-request",
            f"{KEY_HEADER} is no key",
            remedy="send one key of 1 to 200 printable characters of ASCII, e.g. a random UUID",
        )
    return given[0]


async def _body(receive: Receive) -> bytes:
    """The whole body; its size and its time are bounded before.

    Raises:
        ClientDisconnect: when the caller is gone before its end: half a body is no request.
    """
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
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
