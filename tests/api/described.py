"""What the API's own description says of an operation's answers, and whether an answer is among them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx
from fastapi import FastAPI

from api.manners.head import takes_head
from api.manners.problem_catalogue import problem_kinds

PROBLEM = "application/problem+json"
_WITH_IDS = (
    "site",
    "certificate",
    "request",
    "order",
    "plan",
    "simulation",
    "rotation",
    "task",
    "key",
    "subject",
    "channel",
)
IDS = tuple(f"{each}_id" for each in _WITH_IDS)
_OF_ANY_PATH = {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
_HEADERS = ("etag", "idempotency-replayed", "location", "retry-after")
"""Headers of answers that a program acts upon."""
_described: dict[str, Any] = {}


class Operation:
    """A method of a path, and what it may answer."""

    def __init__(self, method: str, path: str, described: dict[str, Any]) -> None:
        self.method = method.upper()
        self.path = path
        self.name = f"{self.method} {path}"
        self.statuses = frozenset(int(status) for status in described["responses"])
        self.problems = frozenset(
            int(each) for each, answer in described["responses"].items() if PROBLEM in _types(answer)
        )
        self.body = described.get("requestBody")
        self.headers = {
            int(each): frozenset(map(str.lower, answer.get("headers", ())))
            for each, answer in described["responses"].items()
        }
        self.json = "application/json" in described.get("requestBody", {}).get("content", {})
        self.parameters = [each for each in described.get("parameters", ()) if each["in"] != "path"]
        self._form = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))

    def is_asked_by(self, request: httpx.Request) -> bool:
        """Whether the request is one of it; HEAD is answered as GET is, or refused, and is not described by itself."""
        method = "GET" if request.method == "HEAD" and takes_head(request.url.path) else request.method
        return method == self.method and self._form.fullmatch(request.url.path) is not None


def operations(app: FastAPI) -> tuple[Operation, ...]:
    """Every operation; of two that could mean one path, the one that names more of it comes first."""
    if not _described:  # is the same for every application, and takes a while
        _described.update(app.openapi())
    return _operations()


@cache
def _operations() -> tuple[Operation, ...]:
    every = (
        Operation(method, path, described)
        for path, them in _described["paths"].items()
        for method, described in them.items()
    )
    return tuple(sorted(every, key=lambda operation: (operation.path.count("{"), operation.name)))


def undescribed(app: FastAPI, answer: httpx.Response) -> Iterator[str]:
    """What of an answer its operation's description does not say."""
    named = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    refused = answer.status_code >= HTTPStatus.BAD_REQUEST
    if refused and answer.headers.get("content-type") != PROBLEM:
        yield f"{named} is no problem"
    elif refused and (unknown := _uncatalogued(answer)):
        yield f"{named} is of the kind {unknown}, which the catalogue of problems does not have so"
    asked = next((each for each in operations(app) if each.is_asked_by(answer.request)), None)
    if asked is None:
        if answer.status_code not in _OF_ANY_PATH and answer.request.url.path.startswith("/v1/"):
            yield f"{named} of no operation"
    elif answer.status_code not in (asked.problems if refused else asked.statuses):
        yield f"{named} is not described"
    else:
        sent = (each for each in _HEADERS if each in answer.headers)
        yield from (f"{named} has {each}" for each in sent if each not in asked.headers[answer.status_code])


def _uncatalogued(answer: httpx.Response) -> str:
    """The kind of a problem that has no page, or whose page does not name the status; nothing where all is right."""
    if answer.request.method == "HEAD":
        return ""
    named = str(json.loads(answer.content).get("type"))
    kind = problem_kinds().get(named.removeprefix("/problems/"))
    return named if kind is None or answer.status_code not in kind.status else ""


def _types(answer: dict[str, Any]) -> Any:
    return answer.get("content", {})
