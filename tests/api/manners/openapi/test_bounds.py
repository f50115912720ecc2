"""Every input has a bound, and what is beyond it is refused without being repeated."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from rotation.bounds import LONGEST
from tests.api.good_requests import AT_CONSOLE

LONG = "a" * 100_000
SERVER = {"name": "sepm1", "address": "127.0.0.1"}
MANY = {f"server-{number}": "ab" * 32 for number in range(1000)}
ELSEWHERE = {
    "JsonValue": "of evidence, whose length is bounded as a whole",
    "RecoveryCopyRequest.certificate_sha256": "64 digits once colons and blanks are out",
    "RecoveryCopyRequest.sha256": "the same",
    "RecoveryRequest.held": "the same",
}
"""Fields whose bound the description does not show."""
OF_TEXT = {"const", "enum", "format", "maxLength", "pattern"}
HIGHEST = {"exclusiveMaximum", "maximum"}


def unbounded(schema: Any, where: str) -> Iterator[str]:
    """The places of texts, lists, maps and numbers without a bound."""
    if not isinstance(schema, dict):
        return
    kind = str(schema.get("type"))
    is_map = kind == "object" and "properties" not in schema
    bounds = {"string": OF_TEXT, "array": {"maxItems"}, "integer": HIGHEST, "number": HIGHEST}
    wanted = {"maxProperties"} if is_map else bounds.get(kind, schema.keys() | {"any"})
    if not wanted & schema.keys():
        yield where
    for name, each in schema.get("properties", {}).items():
        yield from unbounded(each, f"{where}.{name}")
    for inner in ("items", "additionalProperties"):
        yield from unbounded(schema.get(inner), where)
    for several in ("anyOf", "oneOf"):
        for each in schema.get(several, ()):
            yield from unbounded(each, where)


def sent(described: Any) -> dict[str, Any]:
    """The schemas of all parameters and bodies, by name."""
    schemas, found, open_ = described["components"]["schemas"], dict[str, Any](), list[Any]()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            open_.append(operation.get("requestBody", {}))
            for each in operation.get("parameters", ()):
                found[f"{method} {path} {each['name']}"] = each["schema"]
                open_.append(each["schema"])
    while open_:
        each = open_.pop()
        open_ += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        name = str(each.get("$ref", "")).rpartition("/")[2] if isinstance(each, dict) else ""
        if name and name not in found:
            found[name] = schemas[name]
            open_.append(schemas[name])
    return found


def test_every_input_has_a_bound():
    """Each text, list, map and number of a path, a query, a header and a body."""
    found = sent(create_app().openapi())
    assert len(found) > 200
    places = {place for name, schema in found.items() for place in unbounded(schema, name)}
    places = {each for each in places if not each.startswith("get /problems/")}
    assert places == ELSEWHERE.keys()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/sites", AT_CONSOLE | {"servers": [SERVER | {"name": LONG}]}),
        ("/v1/sites", AT_CONSOLE | {"servers": [SERVER] * 1000}),
        ("/v1/plans", {"site_id": "brno", "certificates": MANY}),
        ("/v1/plans", {"site_id": LONG, "certificates": {"*": "a"}}),
        ("/v1/sites/brno/recovery-plans", {"held": MANY}),
        ("/v1/keys", {"name": "Bob", "grant": {"roles": ["viewer"], "sites": [LONG]}}),
        ("/v1/rotations", {"plan_id": LONG, "plan_hash": "a", "why": "a"}),
        ("/v1/sites/brno/trust/pin", {"fingerprint_sha256": LONG, "why": "a"}),
    ],
)
async def test_what_is_beyond_a_bound_is_not_repeated(api, problem, path, body):
    """A thousand servers kept the service busy for seconds, and a long name came back in its refusal."""
    answer = await api.post(path, json=body)
    problem(answer, 422, "invalid-request")
    assert len(answer.content) < 2000


async def test_an_id_in_a_path_is_bounded(api, problem):
    """Nothing has an id as long."""
    assert len((await api.get(f"/v1/sites/{LONG[: LONGEST + 1]}")).content) < LONGEST
    problem(await api.get(f"/v1/sites/{LONG[: LONGEST + 1]}"), 404, "not-found")
    problem(await api.get(f"/v1/sites/{LONG[:LONGEST]}"), 404, "unknown-site")
