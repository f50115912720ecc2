"""What OpenAPI says of refusals: they are problems, of the media type that RFC 9457 gives them."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.problems import MEDIA_TYPE

_JSON = "application/json"


def describe_problems(app: FastAPI) -> None:
    """Let the description name the media type that refusals really have; FastAPI knows one for all answers."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation.get("responses", {}).items():
                    content = response.get("content", {})
                    if int(status) >= HTTPStatus.BAD_REQUEST and _JSON in content:
                        content[MEDIA_TYPE] = content.pop(_JSON)
        return document

    app.openapi = openapi  # type: ignore[method-assign] # the way that FastAPI documents for it
