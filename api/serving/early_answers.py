"""Answers that the server gives before the application: each is a problem with a request id, as all others are."""

from http import HTTPStatus
from uuid import uuid4

from asgi_correlation_id import correlation_id
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from api.http.problems import ProblemError, later
from api.languages.translated_answers import TranslatedAnswers
from api.manners.headers import HEADERS
from api.manners.preferences import Preferences
from api.manners.request_ids import HEADER

_AGAIN = 5


def no_request() -> JSONResponse:
    """The answer to bytes that are no request; in English, since no header could be read."""
    return _early(
        ProblemError(
            HTTPStatus.BAD_REQUEST,
            "request-refused",
            "what was sent is no request of HTTP/1.1, or its headers are larger than 32 KiB",
            remedy="send it with a client for HTTP, over TLS where the service has that",
        )
    )


def too_many_connections() -> ASGIApp:
    """The answer where as many connections are open as the service serves at once, in the caller's language."""
    refusal = later(
        "too-many-connections",
        "as many connections are open as the service serves at once",
        seconds=_AGAIN,
        remedy="send it again in a moment",
    )
    return Preferences(TranslatedAnswers(_early(refusal)))


def _early(refusal: ProblemError) -> JSONResponse:
    token = correlation_id.set(uuid4().hex)
    try:
        answer = refusal.response()
        answer.headers.update({HEADER: correlation_id.get() or "", "Connection": "close", **HEADERS})
        return answer
    finally:
        correlation_id.reset(token)
