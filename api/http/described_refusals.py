"""Refusals in the API's description: which every operation may give, and that they are problems by their media type."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.http.guard import OPEN, READS
from api.http.problems import MEDIA_TYPE, Problem

_JSON, _CSV, _STREAM = "application/json", "text/csv", "text/event-stream"
_EVENTS: dict[str, Any] = {
    "type": "object",
    "description": "One event after the other; the data of `begun` and `over` is an object with `after`",
    "properties": {
        "event": {"type": "string", "description": "What kind of event it is"},
        "data": {"type": "string", "description": "An `Event` as JSON"},
        "id": {"type": "string", "description": "What `Last-Event-ID` says to go on behind it"},
        "retry": {"type": "integer", "description": "Milliseconds until a connection that is lost is made again"},
    },
    "required": ["event", "data"],
}
_PROBLEM = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")
_OWN_FORM = "/v1/codec/"
"""It reads its bodies by itself."""


def describe_problems(_: FastAPI, document: dict[str, Any]) -> None:
    """Name the refusals that routes do not name themselves, and the media type of all.

    FastAPI knows one media type for all answers, and one refusal of its own, which is a problem here.
    """
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe(path, operation, changes=method.upper() not in READS)
    for name in _OF_THE_FRAMEWORK:
        document["components"]["schemas"].pop(name, None)


def _describe(path: str, operation: dict[str, Any], *, changes: bool) -> None:
    responses = operation["responses"]
    form = str(int(HTTPStatus.UNPROCESSABLE_ENTITY))
    if _OF_THE_FRAMEWORK[0] in str(responses.get(form, "")):
        del responses[form]
    for status in _of_everybody(path, operation, changes=changes):
        responses.setdefault(str(int(status)), {"description": status.phrase, "content": {_JSON: _PROBLEM}})
    for status, response in responses.items():
        content = response.get("content", {})
        if "itemSchema" in content.get(_STREAM, {}):  # OpenAPI 3.2 has this field, and the document is 3.1
            content[_STREAM] = {"schema": _EVENTS}
        # a stream has its own media type for its answer, and for no refusal
        for given in (_JSON, _STREAM):
            if int(status) >= HTTPStatus.BAD_REQUEST and given in content:
                content[MEDIA_TYPE] = content.pop(given)


def _of_everybody(path: str, operation: dict[str, Any], *, changes: bool) -> Iterator[HTTPStatus]:
    """What guard, limits, forms and the parts below may answer before or in place of a route."""
    if path in OPEN:
        return
    yield HTTPStatus.UNAUTHORIZED
    yield HTTPStatus.FORBIDDEN
    yield HTTPStatus.INTERNAL_SERVER_ERROR
    body = operation.get("requestBody")
    if body:
        yield HTTPStatus.REQUEST_TIMEOUT
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if _CSV not in body["content"]:  # files of clients are read whatever a program calls them
            yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if changes or (body and _JSON in body["content"]):  # it may take no condition, or no such JSON
        yield HTTPStatus.BAD_REQUEST
    yield HTTPStatus.SERVICE_UNAVAILABLE
    if path.startswith(_OWN_FORM):
        return
    # what stands in the path is any text: an unknown one is not found
    if body or any(each["in"] != "path" for each in operation.get("parameters", ())):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
