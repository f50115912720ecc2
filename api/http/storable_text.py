"""Requests with texts that no database keeps are refused."""

from http import HTTPStatus

from fastapi import Request

from api.http.problems import ProblemError
from rotation.bounds import LONGEST
from rotation.text.storable_text import is_whole


async def require_whole_text(request: Request) -> None:
    """A dependency of every route: JSON can write such texts, and paths and parameters can hold NUL.

    What is no JSON at all is left to the route's own form.

    Raises:
        ProblemError: 404 where the path holds such a character; 422 else. Nothing was stored.
    """
    require_printable_path(request)
    if any("\0" in text for text in request.query_params.values()) or not await _is_whole(request):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-text",
            "a text holds NUL, or half of a character that JSON writes as two",
            remedy="send texts of whole characters without NUL; nothing was stored",
        )


def require_printable_path(request: Request) -> None:
    """Refuse a path with NUL, or with a line break, which the paths of routes would take at their end; and a long one.

    Raises:
        ProblemError: 404; no name or id has such a character, or is as long.
    """
    if any(len(value) > LONGEST for value in request.path_params.values()):
        detail, remedy = f"a part of the path is too long (characters: {LONGEST} at most)", "no name or id is as long"
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found", detail, remedy=remedy)
    if not request.scope["path"].isprintable():
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "not-found",
            "the path holds a character that cannot be printed",
            remedy="no name or id has one",
        )


async def _is_whole(request: Request) -> bool:
    try:
        document = await request.json()
    except (ValueError, RecursionError):
        return True
    return is_whole(document)
