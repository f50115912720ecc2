"""What OpenAPI says of all operations alike: parameters, headers of answers, tags, examples, licence."""

import json
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from api.manners.openapi.described_answers import describe_answers
from rotation.bounds import LONGEST

_EXAMPLES = "examples.json"
_INFO = {
    "contact": {"name": "The operator of this service"},
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
}
_SERVERS = [{"url": "/", "description": "Where this document comes from; `rotator up` prints the address"}]
_TAGS = {
    "access": "Identities, keys, subjects of the company's log-in",
    "audit": "The trail of the service, and whether any trail was changed",
    "calendar": "What is due or waited for, for programs that show calendars",
    "certificates": "Certificates with their keys, requests, orders at an authority, keystores",
    "channels": "By which ways people are called, and for what",
    "codec": "Payloads of Temporal, for its UI",
    "health": "For supervisors and alarms; no key",
    "inventory": "Certificates of all sites, and what ends soon",
    "moves": "What people say to a running rotation",
    "plans": "Dry runs: a plan is made, read, and approved by its hash",
    "problems": "What each refusal means; no key",
    "rotations": "Rotations, their clients, their events, their original settings",
    "simulations": "Plans that are played on simulated time",
    "sites": "Sites of SEPM, and what is known of them",
    "standing": "What the service knows of itself",
    "surveys": "What a site shows now",
    "tasks": "Work at the SEPM console",
    "trust": "Which certificates are accepted at a site's REST address",
}
_PARAMETERS = {
    "certificate_id": "The id of the certificate",
    "channel_id": "The id of the channel",
    "code": "The last part of a problem's `type`",
    "cursor": "Where the page before has ended: its `next`; without one, the first page",
    "format": "The kind of keystore",
    "gate": "The gate that the reading belongs to, by its number in the plan",
    "Idempotency-Key": "Names the request: sent again with the same body, it is carried out once",
    "key_id": "The id of the key, which is no secret",
    "limit": "How many items a page has at most",
    "order_id": "The id of the order",
    "plan_id": "The id of the plan",
    "reason": "Only clients that the gate waits for by this reason",
    "request_id": "The id of the certificate request",
    "rotation_id": "The id of the rotation",
    "shell": "The language of the script",
    "simulation_id": "The id of the simulation",
    "site_id": "The id of the site",
    "subject_id": "The id of the subject",
    "task_id": "The id of the task",
    "verdict": "Only clients of this verdict",
}
"""By name, where the operation says nothing of its own."""
_TEXT, _SECONDS = {"type": "string"}, {"type": "integer", "minimum": 0}
_HEADERS: dict[str, tuple[str, str, dict[str, Any], frozenset[HTTPStatus] | None]] = {
    "RequestId": ("X-Request-ID", "What names this request in the log of the service", _TEXT, None),
    "ContentLanguage": (
        "Content-Language",
        "The language of the texts in it, by `Accept-Language`: en or cs; problems have it, too",
        _TEXT,
        frozenset({HTTPStatus.OK}),
    ),
    "Location": (
        "Location",
        "Where the result is, or will be",
        _TEXT | {"format": "uri-reference"},
        frozenset({HTTPStatus.CREATED, HTTPStatus.ACCEPTED}),
    ),
    "RetryAfter": (
        "Retry-After",
        "Seconds until the same request may be sent again",
        _SECONDS,
        frozenset({HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}),
    ),
    "WwwAuthenticate": (
        "WWW-Authenticate",
        "What the service asks for, as RFC 6750 writes it",
        _TEXT,
        frozenset({HTTPStatus.UNAUTHORIZED}),
    ),
}
"""By their names in the document: what each is called, what it says, its form, and with which statuses; None: all."""

_GOES_ON = frozenset(
    {
        "GET /v1/certificates/requests/{request_id}/orders/{order_id}",
        "GET /v1/plans/{plan_id}/simulations/{simulation_id}",
    }
)
"""Operations that say when to look again, where what they show goes on."""


def describe_alike(_: FastAPI, document: dict[str, Any]) -> None:
    """Give the description what all operations have in common, those of other additions included."""
    document["info"] |= _INFO
    document["servers"] = _SERVERS
    operations = list(_operations(document))
    used = {tag for _, operation in operations for tag in operation["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items() if name in used]
    document["components"]["headers"] = {
        name: {"description": text, "schema": form} for name, (_, text, form, _) in _HEADERS.items()
    }
    for name, operation in operations:
        _describe(name, operation)
        describe_answers(operation["responses"], document["components"]["schemas"])
    for name, schema in document["components"]["schemas"].items():
        _without_default_objects(schema)
        if (example := _examples()["models"].get(name)) is not None:
            schema["examples"] = [example]


@cache
def _examples() -> dict[str, Any]:
    """Bodies and parameters by operation. `make openapi` writes them from the good requests of the tests."""
    made: dict[str, Any] = json.loads((files(__package__) / _EXAMPLES).read_text("utf-8"))
    return made


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _describe(name: str, operation: dict[str, Any]) -> None:
    examples = _examples()
    for each in operation.get("parameters", ()):
        _without_null(each["schema"])
        if each["in"] == "path" and each["schema"].get("type") == "string":
            each["schema"].setdefault("maxLength", LONGEST)
        if text := _PARAMETERS.get(each["name"]):
            each.setdefault("description", text)
        example = examples["parameters"].get(name, {}).get(each["name"], examples["ids"].get(each["name"]))
        if example is not None and "examples" not in each["schema"]:
            each["example"] = _typed(example, each["schema"])
    if (body := operation.get("requestBody")) and (example := examples["bodies"].get(name)) is not None:
        for content in body["content"].values():
            content["example"] = example
    for status, response in operation["responses"].items():
        response.setdefault("headers", {}).update(
            (called, {"$ref": f"#/components/headers/{header}"})
            for header, (called, _, _, statuses) in _HEADERS.items()
            if statuses is None or int(status) in statuses
        )
    if name in _GOES_ON:
        operation["responses"]["200"]["headers"]["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}


def _typed(example: str, schema: dict[str, Any]) -> Any:
    """An example, which stands in a path or a header as text, as the value that it is."""
    types = {each.get("type") for each in (schema, *schema.get("anyOf", ()))}
    value = int(example) if "integer" in types else example == "true" if "boolean" in types else example
    return [value] if "array" in types else value


def _without_null(schema: dict[str, Any]) -> None:
    """What stands in a path, a query or a header is text: nothing is sent there by leaving it out."""
    left = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(left) == 1:
        del schema["anyOf"]
        schema |= left[0]


def _without_default_objects(schema: dict[str, Any]) -> None:
    """Leave defaults out that are objects: generators of clients refuse them, and a field that is left out says it."""
    for each in schema.get("properties", {}).values():
        if isinstance(each.get("default"), dict):
            del each["default"]
