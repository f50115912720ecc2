"""What the description has beside that which FastAPI makes of the routes."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from fastapi import FastAPI

Addition = Callable[[FastAPI, dict[str, Any]], None]
"""Changes the description of an application."""


def add_to_description(app: FastAPI, *additions: Addition) -> None:
    """Let each addition change the description, in this order.

    Each gets a copy: an object that one of them puts in, and that other descriptions share, is changed by no other. So
    the description is the same, however often and of however many applications it is asked for.
    """
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        for add in additions:
            document = deepcopy(document)
            add(app, document)
        return document

    app.openapi = openapi  # type: ignore[method-assign] # the way that FastAPI documents for it
