"""Methods, media types and conditions that a path does not take, as problems that name what it takes."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import compile_path

from api.http.guard import READS
from api.http.problems import ProblemError
from api.manners.head import takes_head

_JSON = "application/json"
_CONDITIONS = ("If-Match", "If-None-Match")
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


async def require_known_conditions(request: Request) -> None:
    """A dependency of routes: what changes something passes over no condition, which would count as one that held.

    Raises:
        ProblemError: 400 where the operation does not know the header; nothing was changed.
    """
    if request.method in READS or not any(each in request.headers for each in _CONDITIONS):
        return
    fields = get_flat_params(request.scope["route"].dependant)
    taken = {each.alias.lower() for each in fields if isinstance(each.field_info, params.Header)}
    for condition in _CONDITIONS:
        if condition in request.headers and condition.lower() not in taken:
            raise ProblemError(
                HTTPStatus.BAD_REQUEST,
                "condition-not-taken",
                f"this operation takes no {condition}; nothing was changed",
                remedy="send it without that header; GET /openapi.json names the headers of every operation",
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
    """Those of the path that is named as it is, where one with an id in that place would match, too."""
    found: list[tuple[int, set[str]]] = []
    for route in iter_route_contexts(request.app.routes):
        if route.path is None or route.methods is None:
            continue
        form, _, ids = compile_path(route.path)
        if form.match(request.scope["path"]):
            found.append((len(ids), route.methods))
    fewest = min((ids for ids, _ in found), default=0)
    taken = {method for ids, methods in found if ids == fewest for method in methods}
    if "GET" in taken and takes_head(request.scope["path"]):
        taken.add("HEAD")
    yield from (method for method in _METHODS if method in taken)
