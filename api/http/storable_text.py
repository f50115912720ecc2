"""Requests with texts that no database keeps are refused."""

from http import HTTPStatus

from fastapi import Request

from api.http.problems import ProblemError
from rotation.text.storable_text import is_whole


async def require_whole_text(request: Request) -> None:
    """A dependency of every route: JSON can write such texts, and paths and parameters can hold NUL.

    What is no JSON at all is left to the route's own form.

    Raises:
        ProblemError: 404 where the path holds NUL, which no name or id has; 422 else. Nothing was stored.
    """
    if "\0" in request.url.path:
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found", "the path holds NUL", remedy="no name or id has one")
    if any("\0" in text for text in request.query_params.values()) or not await _is_whole(request):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-text",
            "a text holds NUL, or half of a character that JSON writes as two",
            remedy="send texts of whole characters without NUL; nothing was stored",
        )


async def _is_whole(request: Request) -> bool:
    try:
        document = await request.json()
    except (ValueError, RecursionError):
        return True
    return is_whole(document)
