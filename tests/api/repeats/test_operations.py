"""Every POST that changes something takes an idempotency key, and it is known what a repetition of it does."""

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.http.guard import OPEN
from api.repeats.known_operations import API, keyed_operations
from api.repeats.operations import CARRIED_OUT_AGAIN, CHANGE_NOTHING, LOOKED_AT, SHOWN_ONCE
from api.settings import ApiSettings
from tests.api.described import operations

SECRET = ("password", "key_pem", "pkcs12", "content_base64", "text", "signing_key")
"""Names of fields of answers that have a secret."""


@pytest.fixture(scope="module")
def app():
    """The application."""
    return create_app(None, ApiSettings())


def test_each_post_takes_a_key_or_changes_nothing(app):
    """A new route that is in neither table fails here; so does a line of the tables that no route has."""
    routes = [route for route in iter_route_contexts(app.routes) if str(route.path).startswith(API)]
    posts = {route.path for route in routes if "POST" in (route.methods or ())} - OPEN
    keyed = {each.path for each in keyed_operations(app)}
    assert posts - keyed == CHANGE_NOTHING
    assert keyed == CARRIED_OUT_AGAIN | LOOKED_AT
    assert not CARRIED_OUT_AGAIN & LOOKED_AT
    assert len(keyed) > 30


def test_the_description_names_the_key_and_its_refusals(app):
    """On each of these operations, and on no other."""
    keyed = {f"POST {each.path}" for each in keyed_operations(app)}
    for operation in operations(app):
        named = [each["name"] for each in operation.parameters if each["in"] == "header"]
        assert ("Idempotency-Key" in named) == (operation.name in keyed), operation.name
        assert operation.name not in keyed or {409, 422} <= operation.problems, operation.name


def test_what_shows_the_outcome_is_an_operation(app):
    """Of each keyed request, the nearest path above it that has GET, with its own ids."""
    known = {operation.name for operation in operations(app)}
    keyed = {each.path: each for each in keyed_operations(app)}
    assert {f"GET {each.shown}" for each in keyed.values()} <= known
    assert keyed["/v1/sites/{site_id}/rename"].resource("/v1/sites/prague/rename") == "/v1/sites/prague"
    assert keyed["/v1/sites/{site_id}/trust/pin"].resource("/v1/sites/prague/trust/pin") == "/v1/sites/prague/trust"
    assert keyed["/v1/keys"].resource("/v1/keys") == "/v1/keys"


def test_answers_with_secrets_are_not_kept(app):
    """Whatever an operation shows by such a name is among those that are shown once."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    found = set()
    for keyed in keyed_operations(app):
        for status, answer in document["paths"][keyed.path]["post"]["responses"].items():
            shown = answer.get("content", {}).get("application/json", {}).get("schema", {})
            names = schemas.get(shown.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
            if status.startswith("2") and names.keys() & set(SECRET):
                found.add(keyed.path)
    assert found == SHOWN_ONCE.keys()
    assert SHOWN_ONCE.keys() <= LOOKED_AT
