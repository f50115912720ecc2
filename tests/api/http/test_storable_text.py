"""Texts that no database keeps and no answer repeats are refused wherever they come in. Found by `make fuzz`."""

import json

import pytest

from tests.api.good_requests import AT_CONSOLE, BODIES

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        rb'{"subject": "\ud800", "names": ["a"]}',
        rb'{"subject": "a\u0000", "names": ["a"]}',
        rb'{"subject": "\\\u0000", "names": ["a"]}',
        b'{"subject": "\xed\xa0\x80", "names": ["a"]}',
    ],
    ids=["half a character", "NUL", "NUL behind a backslash", "half a character in bytes"],
)
async def test_a_text_that_is_not_whole_is_refused(api, problem, body):
    """It would fail in the database, or in the very answer that names it."""
    problem(await api.post("/v1/certificates/requests", content=body, headers=JSON), 422, "invalid-text")
    assert (await api.get("/v1/certificates/requests")).json() == {"items": [], "next": None}


@pytest.mark.parametrize("text", ["\\u0000", "\U0001f600", "\\ud800"], ids=["words", "two halves", "more words"])
async def test_a_text_that_only_looks_so_is_taken(api, text):
    """A backslash and what follows it, and a character that JSON writes as two halves."""
    body = {"name": f"a{text}", "grant": {"roles": ["viewer"]}}
    answer = await api.post("/v1/keys", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 201, answer.text
    assert answer.json()["key"]["principal"]["name"] == f"a{text}"


async def test_nul_in_paths_and_parameters(api, problem):
    """Nothing is named so, and no parameter takes it."""
    for path in ("/v1/sites/a%00", "/v1/sites%0A", "/v1/sites/a%E2%80%AE"):
        problem(await api.get(path), 404, "not-found")
    assert (await api.head("/v1/events%0A")).status_code == 404
    problem(await api.get("/v1/rotations", params={"site_id": "a\0"}), 422, "invalid-text")


async def test_bodies_and_numbers_out_of_bounds(api, problem):
    """A body that is no UTF-8, or nested without end, is no JSON here; a number that no database has is refused."""
    for body in (b'{"subject": "\xff", "names": ["a"]}', b"[" * 3000):
        problem(await api.post("/v1/certificates/requests", content=body, headers=JSON), 400, "invalid-json")
    problem(await api.get("/v1/rotations/none/events", params={"number_after": 10**30}), 422, "invalid-request")


async def test_a_ca_that_is_not_ascii(api, problem):
    """It is no PEM, and the refusal says so."""
    site = BODIES["POST /v1/sites"] | {"trust": {"ca_pem": "\ufffd"}}
    body = problem(await api.post("/v1/sites", json=site), 422, "invalid-request")
    assert "no PEM certificate" in body["detail"]


async def test_a_reason_and_a_name_of_blanks(api, problem):
    """A trail would say nothing, and a page would show a link that cannot be seen, or one that reads backwards."""
    site = (await api.post("/v1/sites", json=AT_CONSOLE)).headers["location"]
    for change in ({"name": "Brno", "why": " \n"}, {"name": "\t ", "why": "a"}, {"name": "a\u202eb", "why": "a"}):
        refusal = problem(await api.patch(site, json=change), 422, "invalid-request")
        assert len(refusal["findings"]) == 1, change
    assert (await api.get(site)).json()["name"] == AT_CONSOLE["name"]
