"""The refusals that the API describes: each can happen, by the real cause of it, wherever it is described."""

from http import HTTPStatus

import httpx
import pytest

from api.app import create_app
from api.http.body_limit import LARGEST
from api.settings import ApiSettings
from tests.api.described import IDS, operations
from tests.api.good_requests import BODIES, QUERIES, filled

UNKNOWN = dict.fromkeys(IDS, "none")
NOT_HERE = httpx.Headers({"Content-Type": "application/json"})


@pytest.fixture
def every(unconnected):
    """Every operation under /v1."""
    app = create_app(unconnected, ApiSettings())
    return tuple(each for each in operations(app) if each.path.startswith("/v1/"))


def good(operation, **changed):
    """A request that is right but for its subject, which does not exist."""
    body = filled(BODIES[operation.name], UNKNOWN) if operation.body else None
    sent = {"json": body} if operation.json or body is None else {"content": body}
    request = {**sent, "params": filled(QUERIES.get(operation.name, {}), UNKNOWN)} | changed
    return {"method": operation.method, "url": filled(operation.path, UNKNOWN)} | request


def described(operation, status):
    """Whether the description says that it may happen."""
    return int(status) in operation.problems


async def test_there_is_a_good_request_for_every_operation(every):
    """A developer who adds an operation adds a request to the table: these tests and `make fuzz` take it from there."""
    assert {each.name for each in every if each.body} == BODIES.keys()
    assert {each.name for each in every} >= QUERIES.keys()


async def test_what_is_unknown_is_not_found(every, api):
    """404 is described where something is named that may not be there, and happens there only."""
    found = {each.name: (await api.request(**good(each))).status_code for each in every}
    wrong = {each.name for each in every if described(each, 404) != (found[each.name] == HTTPStatus.NOT_FOUND)}
    assert wrong == set()


async def test_every_operation_needs_the_key(every, stranger):
    """401 from every operation."""
    for each in every:
        assert (await stranger.request(**good(each))).status_code == HTTPStatus.UNAUTHORIZED, each.name
        assert described(each, 401)


async def test_bodies_that_are_too_large_or_none(every, api):
    """413 and 400 from every operation that reads a body; 400 from each that changes something, to a condition too."""
    for each in every:
        changes = each.method != "GET"
        assert (described(each, 413), described(each, 400)) == (bool(each.body), changes), each.name
        if changes and not each.path.startswith("/v1/codec/"):
            condition = good(each, headers=httpx.Headers({"If-None-Match": "*"}))
            assert (await api.request(**condition)).status_code == 400, each.name
        if each.body:
            large = {"Content-Length": str(LARGEST + 1)}
            assert (await api.request(**good(each, headers=large))).status_code == 413, each.name
    for each in every:
        if each.json and not each.path.startswith("/v1/codec/"):  # says first that there are no keys
            broken = good(each, json=None, content=b"{", headers=NOT_HERE)
            assert (await api.request(**broken)).status_code == 400, each.name


_REFUSED_CONTENT = {"POST /v1/sites/{site_id}/survey", "POST /v1/sites/{site_id}/http-reach"}
"""There 422 is what SEPM refuses, or a line of the file: the site is looked for before."""


async def test_bodies_of_another_type(every, api):
    """415 from every operation that reads JSON, where the body is of another type; a file of clients is read as any."""
    for each in every:
        assert described(each, 415) == each.json, each.name
        if each.json and not each.path.startswith("/v1/codec/"):
            other = good(each, json=None, content=b"<a/>", headers=httpx.Headers({"Content-Type": "text/html"}))
            assert (await api.request(**other)).status_code == 415, each.name


async def test_forms_that_are_not_met(every, api):
    """422 from every operation that reads a form: by a body of another kind, or by parameters out of their range."""
    for each in every:
        if described(each, 422) and each.name not in _REFUSED_CONTENT:
            garbage = {one["name"]: "\0" * 2000 for one in each.parameters if one["in"] == "query"}
            headers = {one["name"]: "?" * 300 for one in each.parameters if one["in"] == "header"}
            ways = [good(each, json=[]), good(each, params={}), good(each, params=garbage | {"cursor": "?"})]
            ways += [good(each, headers=headers)] if headers else []
            assert 422 in [(await api.request(**way)).status_code for way in ways], each.name


def with_numbers(document):
    """The bodies in which one of the booleans is a number."""
    parts = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in parts:
        changed = [int(value)] if isinstance(value, bool) else with_numbers(value)
        for each in changed:
            copied = dict(document) if isinstance(document, dict) else list(document)
            copied[name] = each
            yield copied


async def test_true_and_false_are_no_numbers(every, api):
    """A number where the description has true or false is refused: a program that sends one means something else."""
    bodies = [(each, body) for each in every if each.json for body in with_numbers(good(each)["json"])]
    assert len(bodies) > 10
    for each, body in bodies:
        assert (await api.request(**good(each, json=body))).status_code == 422, (each.name, body)


async def test_a_database_that_is_away(every, unconnected, api, problem):
    """503 from every operation that asks it, with a time to come back."""
    database = unconnected.store.database
    await database.close()
    database.file.rename(database.file.with_name("away"))
    database.file.mkdir()
    for each in every:
        if each.name == "POST /v1/sites":  # asks SEPM first
            continue
        answer = await api.request(**good(each))
        assert described(each, 503) == (answer.status_code == 503), each.name
        if answer.status_code == 503:
            problem(answer, 503, "database-away")
            assert answer.headers["retry-after"]


async def test_unexpected_errors(every, api_without_parts):
    """500 from every operation, here because the parts are not there at all."""
    for each in every:
        assert described(each, 500)
        assert (await api_without_parts.request(**good(each))).status_code == 500, each.name
