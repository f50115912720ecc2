"""Methods and media types that a path does not take, as problems that name those that it takes."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import Match

from api.http.problems import ProblemError

_JSON = "application/json"
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def wrong_method(request: Request) -> ProblemError:
    """405, with all methods of the path: of several routes at one path the framework names those of the first."""
    allowed = tuple(_methods(request))
    return ProblemError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method-not-allowed",
        f"{request.method} is not for {request.url.path}",
        remedy=f"it takes {', '.join(allowed)}; GET /openapi.json names the methods of every path",
        headers={"Allow": ", ".join(allowed)},
    )


def wrong_media_type(request: Request) -> ProblemError | None:
    """415 where the body is of another type than the route reads; None where it is right, or none is read."""
    route = request.scope.get("route")
    field = route.body_field if isinstance(route, APIRoute) else None
    if field is None or not _has_body(request):
        return None
    wanted = str(getattr(field.field_info, "media_type", _JSON))
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given == wanted or (wanted == _JSON and given.startswith("application/") and given.endswith("+json")):
        return None
    return ProblemError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        f"the body is sent as {given or 'nothing that is named'}, and {request.url.path} reads {wanted}",
        remedy=f"send the header `Content-Type: {wanted}` with a body of that type",
        headers={"Accept": wanted},
    )


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _methods(request: Request) -> Iterator[str]:
    for method in _METHODS:
        asked = {**request.scope, "method": "GET" if method == "HEAD" else method}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            yield method
