import pytest

from api.app import create_app
from rotation.identity.permission import Role
from rotation.values import SiteId
from tests.api.conftest import calling
from tests.api.identified import key_of
from tests.store.conftest import Make

DOCUMENTS = {
    "/problems": "one catalogue, from a file of the service",
    "/v1/audit/verification": "one report over all trails, made for this request",
    "/v1/inventory": "one report over all ports",
    "/v1/sites/{site_id}/http-reach": "one count over all answers",
    "/v1/sites/{site_id}/network-script": "one script",
    "/v1/sites/{site_id}/survey": "one survey",
    "/v1/sites/{site_id}/trust": "what one site trusts",
    "/v1/plans/{plan_id}/surveyed": "one site as it is played; its clients have a bound of their own",
    "/v1/standing": "what is wrong now",
    "/v1/whoami": "the caller",
}
"""Answers that are one thing, though lists are in them and no id is at the end of their path: no lists of the API."""
BESIDE = {"limit", "cursor", "archived", "gate"}
"""Parameters that are no field of an item: those of every list, and what chooses another list."""


def schemas(described, schema):
    """The schemas that an answer may have."""
    if "$ref" in schema:
        return schemas(described, described["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    several = schema.get("anyOf") or schema.get("oneOf")
    return [each for one in several for each in schemas(described, one)] if several else [schema]


def has_lists(described, schema):
    """Whether a schema is an array, or has one."""
    fields = [one for each in schema.get("properties", {}).values() for one in schemas(described, each)]
    return any(each.get("type") == "array" for each in (schema, *fields))


def answered():
    """Every operation that gives JSON: its path, itself, and the schemas of its answer."""
    described = create_app().openapi()
    for path, operations in described["paths"].items():
        given = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "schema" in given.get("application/json", {}):
            yield described, path, operations["get"], schemas(described, given["application/json"]["schema"])


def test_every_list_has_the_same_envelope():
    """Each GET that answers several things: `items` and `next`, by `limit` with bounds and `cursor`. No other has."""
    lists = set()
    for described, path, operation, found in answered():
        is_list = any("items" in each.get("properties", {}) for each in found)
        if not is_list:
            one = path.endswith("}") or path in DOCUMENTS or not any(has_lists(described, each) for each in found)
            assert one, f"{path} answers several things: give it pages, or say why it is one"
            continue
        (envelope,) = found
        assert {"items", "next"} <= {*envelope["required"]}, path
        parameters = {each["name"]: each["schema"] for each in operation["parameters"] if each["in"] == "query"}
        assert (parameters["limit"]["maximum"], parameters["limit"]["default"]) == (1000, 50), path
        assert "cursor" in parameters, path
        (item,) = schemas(described, envelope["properties"]["items"]["items"])
        filters = {name.removesuffix("_after") for name in parameters.keys() - BESIDE}
        assert filters <= item["properties"].keys(), path
        lists.add(path)
    assert len(lists) >= 17
    assert lists & DOCUMENTS.keys() == set()


@pytest.mark.parametrize("path", ["/v1/tasks?site=vienna", "/v1/inventory?site=vienna", "/v1/sites?limit=1&page=2"])
async def test_a_parameter_that_is_not_known_is_refused(api, problem, path):
    """A filter that is misspelled would be left out, and the caller would get what it did not ask for."""
    refusal = problem(await api.get(path), 422, "invalid-request")
    (finding,) = refusal["findings"]
    assert finding["code"] == "extra-forbidden"
    assert "takes" in finding["message"]


async def test_a_parameter_is_given_once(api, problem):
    """One of its values would be left out; a filter that takes several takes them."""
    refusal = problem(
        await api.get("/v1/rotations?site_id=brno&site_id=vienna&limit=1&limit=2"), 422, "invalid-request"
    )
    named = [(each["code"], each["subject"]) for each in refusal["findings"]]
    assert named == [("given-twice", "limit"), ("given-twice", "site_id")]
    assert (await api.get("/v1/rotations?status=running&status=completed")).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "cursor=", "cursor=" + "a" * 2001])
async def test_pages_have_bounds(api, problem, query):
    """A page of nothing, one without end, and a cursor without end are refused."""
    problem(await api.get(f"/v1/certificates?{query}"), 422, "invalid-request")


@pytest.mark.parametrize("given", ["1.0", " 1", "1 ", "1_0", "+1", "1e1", "\u0661", ""])
async def test_whole_numbers_are_written_in_digits(api, problem, given):
    """Of a query as of a header: what the description calls an integer is none else."""
    problem(await api.get("/v1/sites", params={"limit": given}), 422, "invalid-request")
    problem(await api.get("/v1/audit/events", params={"number_after": given}), 422, "invalid-request")
    problem(await api.get("/v1/plans/none/surveyed", params={"clients": given}), 422, "invalid-request")
    if given == given.strip():  # a header has no blanks around it
        headers = {"Last-Event-ID": given.encode()}
        answer = await api.get("/v1/rotations/none/events/stream", headers=headers)
        problem(answer, 422, "invalid-request")
    for digits in ("1", "010"):
        assert (await api.get("/v1/sites", params={"limit": digits})).status_code == 200


async def test_a_cursor_of_another_list_is_refused(api, problem):
    """It would begin at a place that the list does not have."""
    made = [(await api.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})).json() for _ in range(3)]
    first = (await api.get("/v1/certificates", params={"limit": 2})).json()
    rest = (await api.get("/v1/certificates", params={"limit": 2, "cursor": first["next"]})).json()
    listed = [each["id"] for each in (*first["items"], *rest["items"])]
    assert listed == [each["certificate"]["id"] for each in reversed(made)]
    assert rest["next"] is None
    refusal = problem(await api.get("/v1/keys", params={"cursor": first["next"]}), 422, "bad-cursor")
    assert refusal["remedy"] == "begin again without a cursor"


async def test_a_cursor_of_the_same_list_of_another_is_refused(unconnected, problem):
    """The trail of the service is no site's: behind the number of another trail events would be missed."""
    await unconnected.store.sites.add(Make().site("brno", "Brno"), Make().connection(), Make().t0)
    async with calling(unconnected) as api:
        await api.post("/v1/keys", json={"name": "Bob", "grant": {"roles": ["viewer"]}})
        first = (await api.get("/v1/audit/events?limit=1")).json()
        rest = await api.get("/v1/audit/events", params={"cursor": first["next"]})
        assert rest.json()["items"][0]["number"] == first["items"][0]["number"] + 1
        problem(await api.get("/v1/sites/brno/events", params={"cursor": first["next"]}), 422, "bad-cursor")


async def test_a_page_holds_sites_of_the_caller_alone(unconnected):
    """A caller that sees some sites gets full pages of them, and no cursor beyond the last one that it sees."""
    make = Make()
    for number in range(5):
        await unconnected.store.sites.add(make.site(f"site-{number}", f"Site {number}"), make.connection(), make.t0)
    key = await key_of(unconnected.store, "two sites", Role.VIEWER, sites=(SiteId("site-1"), SiteId("site-4")))
    async with calling(unconnected, key) as api:
        first = (await api.get("/v1/sites?limit=1")).json()
        rest = (await api.get("/v1/sites", params={"limit": 1, "cursor": first["next"]})).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == ["site-1", "site-4"]
    assert rest["next"] is None
