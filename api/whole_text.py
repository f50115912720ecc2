"""Texts that no database keeps and no answer repeats: with NUL in them, or with half a character of UTF-16."""

import json
from http import HTTPStatus

from fastapi import Request

from api.problems import ProblemError

_NUL = "\\u0000"


async def require_whole_text(request: Request) -> None:
    """A dependency of every route: JSON can write such texts, and paths and parameters can hold NUL.

    What is no JSON at all is left to the route's own form.

    Raises:
        ProblemError: 404 where the path names what nobody can have named so; 422 else. Nothing was stored.
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
    try:
        # one pass in C over all of it; a NUL is always written in this way
        written = json.dumps(document, ensure_ascii=False)
        written.encode()
    except UnicodeEncodeError:
        return False
    except RecursionError:
        return True
    return _NUL not in written.replace("\\\\", "")
