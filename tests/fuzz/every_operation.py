"""Every operation of the API asked for with damaged and hostile bodies, parameters, paths and headers.

Each answer must be one that the API's own description has for the operation, in bounded time and memory: what is
refused is a problem with all its fields, and nothing is ever an error of ours.
"""

import base64
import random
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from api.http.problems import Problem
from tests.api.described import Operation, operations, undescribed
from tests.api.good_requests import BODIES, QUERIES, filled
from tests.fuzz import corpus
from tests.fuzz.documents import by_json, odd_text
from tests.fuzz.judging import Find, peak, too_much
from tests.fuzz.lanes import parser_of
from tests.fuzz.mutation import by_lines
from tests.fuzz.service import service

_AWAY = {HTTPStatus.BAD_GATEWAY: {"sepm-unreachable"}, HTTPStatus.SERVICE_UNAVAILABLE: {"temporal-down"}}
"""The codes by which an answer may report the parts that are not there."""
_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "",
)
_FILES = ("pem", "ca_pem", "sylinks", "file_base64", "key_base64", "chain_base64", "pkcs12_base64", "jks_base64")
_EXPORT = "PUT /v1/sites/{site_id}/clients"
_AT_CONSOLE = frozenset({_EXPORT, "PUT /v1/sites/{site_id}/console"})
_LOGIN = Operation("post", "/v1/codec/login", {"responses": {}})


async def every_operation(numbers: Iterable[int]) -> list[Find]:
    """Send one request for each number; an answer that is not as described is a find."""
    async with service() as (app, api, ids):
        # a stream has no end within a request
        every = [e for e in operations(app) if e.path.startswith("/v1/") and not e.path.endswith("/stream")]
        finds = []
        for number in numbers:
            draw = random.Random(f"operation {number}")
            operation = _LOGIN if not draw.randrange(100) else draw.choice(every)
            request = drawn(draw, operation, ids)
            begun, largest = time.process_time(), peak()
            answer = await api.request(**request)
            wrong = [*_wrong(answer), *(undescribed(app, answer) if operation is not _LOGIN else ())]
            wrong += [excess] if (excess := too_much(begun, largest)) else []
            if wrong:
                finds.append(Find(operation.name, number, "; ".join(wrong)[:300]))
        return finds


def drawn(draw: random.Random, operation: Operation, ids: dict[str, str]) -> dict[str, Any]:
    """A request for the operation: mostly one thing of it is odd."""
    if operation.name in _AT_CONSOLE:
        ids = ids | {"site_id": ids["console_site_id"]}
    path = {name: odd_text(draw) if not draw.randrange(12) else known for name, known in ids.items()}
    request: dict[str, Any] = {
        "method": operation.method,
        "url": filled(operation.path, {name: quote(each[:2000], safe="") or "x" for name, each in path.items()}),
        "params": _parameters(draw, operation, ids),
        "headers": {"Content-Type": draw.choice(_TYPES) if not draw.randrange(10) else _TYPES[0]},
    }
    if not draw.randrange(10):
        request["headers"]["Idempotency-Key"] = draw.choice((b"", b"k", b"x" * 300, b"\x7f\xff"))
    if operation is _LOGIN:
        request["content"] = draw.choice(
            (b"who=a&key=fuzz", b"who=%00&key=fuzz", b"who=%ff&key=%ff", draw.randbytes(90))
        )
        request["headers"]["Content-Type"] = draw.choice(_TYPES)
    elif operation.name == _EXPORT:
        request["content"] = by_lines(draw, draw.choice((*corpus.exports(), BODIES[_EXPORT].encode())))
    elif operation.body:
        request["content"] = by_json(draw, _with_a_file(draw, filled(BODIES[operation.name], ids)))
    return request


def _parameters(draw: random.Random, operation: Operation, ids: dict[str, str]) -> dict[str, str]:
    asked: dict[str, str] = filled(QUERIES.get(operation.name, {}), ids)
    for each in operation.parameters:
        if each["in"] == "query" and not draw.randrange(3):
            asked[each["name"]] = odd_text(draw)[:2000]
    return asked


def _with_a_file(draw: random.Random, body: Any) -> Any:
    """The body, often with an input of some parser where a file belongs."""
    if not isinstance(body, dict) or draw.randrange(2):
        return body
    parser = parser_of(draw.randrange(1000))
    content = parser.input(draw.randrange(1 << 30))
    text, encoded = content.decode("utf-8", "replace"), base64.b64encode(content).decode()
    named = draw.choice(_FILES)
    match named:
        case "sylinks" if "sylinks" in body:
            return body | {"sylinks": [text]}
        case "ca_pem" if "trust" in body:
            return body | {"trust": {"ca_pem": text}}
        case "pem" if "file_base64" in body:
            return {name: value for name, value in body.items() if name != "file_base64"} | {"pem": text}
        case _ if "file_base64" in body:
            return body | {named: encoded}
        case _:
            return body


def _wrong(answer: httpx.Response) -> list[str]:
    """What is wrong with an answer by itself."""
    status = answer.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return []
    if answer.request.url.path == _LOGIN.path:
        return [f"HTTP {status}"] if status >= HTTPStatus.INTERNAL_SERVER_ERROR else []
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValueError:
        return [f"HTTP {status} is no problem: {answer.text[:100]}"]
    code = problem.type.removeprefix("/problems/")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and code not in _AWAY.get(HTTPStatus(status), ()):
        return [f"HTTP {status}: {code}: {problem.detail[:100]}"]
    complete = problem.title and problem.detail and (problem.remedy or any(each.remedy for each in problem.findings))
    if not complete or problem.status != status:
        return [f"HTTP {status}: {code} does not say what to do"]
    return []
