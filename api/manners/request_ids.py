"""The id of a request, made by the caller or here: in the answer, in the problem, and in each line that is logged."""

import re
from uuid import uuid4

import structlog
from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a caller may choose: it comes into logs and headers as it is."""


class _LoggedIds:
    """ASGI middleware: lines that are logged on behalf of a request name it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(request_id=request_id()):
            await self._app(scope, receive, send)


def name_requests(app: FastAPI) -> None:
    """Give each request an id. Called last: what is added last comes first."""
    app.add_middleware(_LoggedIds)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name=HEADER,
        generator=_new_id,
        validator=_is_id,
        transformer=None,
    )


def request_id() -> str:
    """The id of the request that is being answered; nothing outside of one."""
    return correlation_id.get() or ""


def _is_id(given: str) -> bool:
    return _FORM.fullmatch(given) is not None


def _new_id() -> str:
    return uuid4().hex
