"""Whatever the REST service is asked, it answers or refuses as SEPM does, and never by an error of the emulator."""

import asyncio
import json
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emulator.rest.app import _routes
from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.simulation import Simulation

API = "/sepm/api/v1"
START = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)

PARAMETERS = (
    *("pageIndex", "pageSize", "sort", "order", "domain", "mode", "hasName", "os", "mac", "lastUpdate", "computerName"),
    *("computer_id", "hardware_key", "grant_type", "refresh_token", "fullPathName", "nobody"),
)
DIGITS = "9" * 5000
WORDS = (
    "",
    "0",
    "-1",
    "1",
    "true",
    "list",
    "refresh_token",
    "NAME",
    "Win10",
    "*",
    "[",
    "?" * 40,
    "*a" * 40,
    "\0",
    "٣",
    "²",
)
NUMBERS = ("2147483647", "2147483648", "9223372036854775808", "1e400", "NaN", DIGITS)
ODD = st.sampled_from([*WORDS, *NUMBERS]) | st.text(max_size=6)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31 - 1, 2**31, 2**63, 10**4200, 0, -1, 300, 1e308, "PULL", "PUSH", "\ud800", "Branch List"])
    | st.text(max_size=4)
)
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)
FIELDS = (
    *("username", "password", "domain", "group", "id", "hardwareKey", "configuration", "communication_settings"),
    *("general_settings", "security_settings", "secure_communications", "mode", "sem_server", "name"),
    *("pull_mode_heartbeat_freq_in_seconds", "randomization_enabled", "randomization_range"),
)
AUTHORIZATIONS = (b"\xff\xfe", b"", b"Bearer", b"Bearer \xff", b"Basic YTpi", b"bearer \x00", b"Bearer " + b"a" * 9000)


def configuration(**communication: Any) -> dict[str, Any]:
    """A body that writes settings of communication."""
    return {"configuration": {"communication_settings": communication}}


BODY = (
    VALUE
    | st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=4)
    | st.builds(lambda user, password: {"username": user, "password": password}, st.just("admin") | LEAF, LEAF)
    | st.dictionaries(st.sampled_from(FIELDS[-6:]), LEAF, max_size=3).map(lambda fields: configuration(**fields))
    | st.builds(lambda group, key: [{"group": {"id": group}, "hardwareKey": key}], LEAF, LEAF)
)
RAW = st.binary(max_size=8) | st.sampled_from(
    [
        b"",
        b"[" * 5000,
        b'{"a":' * 3000,
        b"NaN",
        b'{"password": "\\ud800", "username": "admin"}',
        DIGITS.encode(),
        b"\xff",
    ]
)


@dataclass(frozen=True)
class Asked:
    """One request; `None` for the authorisation stands for a living token."""

    method: str
    path: str
    query: bytes = b""
    authorization: bytes | None = None
    body: bytes = b""
    kind: bytes = b"application/json"


METHODS = {"get": "GET", "post": "POST", "patch": "PATCH", "delete": "DELETE", "put": "PUT"}


def operations() -> dict[tuple[str, str], list[str]]:
    """All that can be asked: method, path, and the names of its parameters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one function answers two methods, which only a published description minds
        described = _routes().openapi()["paths"]
    found = {
        (METHODS[method], path): [each["name"] for each in details.get("parameters", ()) if each["in"] == "query"]
        for path, of_path in described.items()
        for method, details in of_path.items()
    }
    return dict(sorted(found.items()))


OPERATIONS = operations()
SETTINGS = f"{API}/groups/{{group_id}}/locations/{{location_id}}/settings"


def queries() -> st.SearchStrategy[bytes]:
    """Parameters that there are, with odd values; and bytes that are none."""
    pairs = st.lists(st.tuples(st.sampled_from(PARAMETERS), ODD), max_size=3)
    asked = pairs.map(lambda given: "&".join(f"{name}={quote_plus(value)}" for name, value in given).encode())
    return asked | st.binary(max_size=6)


ASKED = st.builds(
    lambda operation, query, authorization, body, kind: Asked(
        operation[0], operation[1], query, authorization, body, kind
    ),
    st.sampled_from(list(OPERATIONS))
    | st.tuples(st.sampled_from(["PUT", "HEAD", "GET", "X"]), st.just(f"{API}/groups")),
    queries(),
    st.none() | st.none() | st.none() | st.sampled_from(AUTHORIZATIONS) | st.binary(max_size=9),
    BODY.map(lambda value: json.dumps(value).encode()) | RAW,
    st.just(b"application/json") | st.sampled_from([b"", b"text/plain", b"application/json; charset=utf-16", b"\xff"]),
)


def change(**communication: Any) -> Asked:
    """A write of settings."""
    return Asked("PATCH", SETTINGS, body=json.dumps(configuration(**communication)).encode())


async def statuses(requests: list[Asked], group: str | None, location: str | None) -> list[int]:
    """The status of each answer, an hour after the one before; a group or location that is not named is the first."""
    simulation = Simulation(one_server(), START)
    now = START
    service = RestService(simulation, lambda: now, START)
    sepm, first = InProcess(service), next(iter(simulation.site.groups.values()))
    found = []
    for asked in requests:
        authorization = asked.authorization
        if authorization is None:
            authorization = b"Bearer " + service.issue().value.encode()
        path = asked.path.format(
            group_id=first.id if group is None else group,
            location_id="default" if location is None else location,
            policy_type="lu" if group is None else group,
        )
        headers = [(b"authorization", authorization), (b"content-type", asked.kind)]
        status, _, _ = await sepm.carry(asked.method, path, asked.query, headers, asked.body)
        found.append(status)
        now += timedelta(hours=1)
    simulation.advance_to(now)
    simulation.verdict()
    return found


NAMES = st.none() | st.none() | st.text(max_size=5)


@settings(max_examples=100)
@given(requests=st.lists(ASKED, min_size=1, max_size=3), group=NAMES, location=NAMES)
@example([Asked("GET", f"{API}/computers", authorization=b"\xff\xfe")], None, None)
@example([Asked("GET", f"{API}/domains"), Asked("GET", f"{API}/domains", authorization=b"\xff\xfe")], None, None)
@example([Asked("GET", f"{API}/computers", f"pageIndex={DIGITS}".encode())], None, None)
@example([Asked("GET", f"{API}/groups", f"pageSize={DIGITS}".encode())], None, None)
@example([Asked("GET", f"{API}/computers", f"lastUpdate={DIGITS}".encode())], None, None)
@example([Asked("GET", f"{API}/computers", "pageSize=²".encode())], None, None)
@example(
    [Asked("POST", f"{API}/identity/authenticate", body=b'{"username": "admin", "password": "\\ud800"}')], None, None
)
@example([change(pull_mode_heartbeat_freq_in_seconds=10**15)], None, None)
@example([change(pull_mode_heartbeat_freq_in_seconds=10**12)], None, None)
@example([change(randomization_range=10**15, randomization_enabled=True)], None, None)
def test_an_odd_request_is_answered_or_refused(requests, group, location) -> None:
    """Malformed bytes, huge numbers, odd values and deep bodies are refused as SEPM refuses, and the site lives on."""
    assert [status for status in asyncio.run(statuses(requests, group, location)) if status >= 500] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_operation_bears_odd_values(operation) -> None:
    """Each operation, asked with every odd body and every odd value of every parameter, never fails by itself."""
    method, path = operation
    bodies = [b"[" * 5000, b"\xff", b"null", b'[{"group": {"id": "\\ud800"}, "hardwareKey": "\\ud800"}]', b"{}"]
    requests = [Asked(method, path, body=body) for body in bodies]
    names = OPERATIONS[operation]
    for value in (*WORDS, *NUMBERS):
        each = [f"{name}={quote_plus(value)}".encode() for name in names]
        requests += [Asked(method, path, query) for query in dict.fromkeys([*each, b"&".join(each)])]
    assert {status for status in asyncio.run(statuses(requests, None, None)) if status >= 500} == set()
