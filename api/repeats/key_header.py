"""What OpenAPI says of `Idempotency-Key`: every POST that changes something takes it."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.http.problems import MEDIA_TYPE, Problem
from api.repeats.known_operations import keyed_operations
from api.repeats.request_key import KEY_HEADER, REPLAYED_HEADER

_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "Names the request, for a day: the same again has no second effect and gets the first answer; "
    "another request under it is refused",
    "example": "9f0c7a52-8f5e-4c57-9b0a-6a2f5f0f6a10",
}
_REPLAYED = {"description": "The answer is that of an earlier request", "schema": {"type": "string", "enum": ["true"]}}
_PROBLEM = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
_OF_CONFLICTS = {
    "Retry-After": {"$ref": "#/components/headers/RetryAfter"},
    "Location": {"$ref": "#/components/headers/Location"},
}
"""A request with the same key is being carried out; its answer is not kept, and this is what it was about."""
_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


def describe_keys(app: FastAPI, document: dict[str, Any]) -> None:
    """Name the header, and what a request with it may be answered."""
    for keyed in keyed_operations(app):
        operation = document["paths"][keyed.path]["post"]
        others = [each for each in operation.get("parameters", ()) if each["name"] != KEY_HEADER]
        operation["parameters"] = [*others, _PARAMETER]
        for status in _REFUSALS:
            content = {"description": status.phrase, "content": {MEDIA_TYPE: _PROBLEM}}
            operation["responses"].setdefault(str(int(status)), content)
        operation["responses"][str(int(HTTPStatus.CONFLICT))].setdefault("headers", {}).update(_OF_CONFLICTS)
        for status, response in operation["responses"].items():
            if int(status) < HTTPStatus.MULTIPLE_CHOICES and int(status) != HTTPStatus.ACCEPTED:
                response.setdefault("headers", {})[REPLAYED_HEADER] = _REPLAYED
