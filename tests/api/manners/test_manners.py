"""What every answer has in common: an id, headers, HEAD beside GET, methods and media types by name, own pages."""

import re

import pytest

from api.manners.headers import HEADERS

GIVEN = "ticket-4711.a"


@pytest.fixture
def all_answers(api, stranger, api_without_parts):
    """An answer of each kind: a route's, the guard's, the framework's, and an unexpected error's."""

    async def answers(**headers):
        return [
            await api.get("/v1/sites", headers=headers),
            await stranger.get("/v1/sites", headers=headers),
            await api.get("/v1/nothing", headers=headers),
            await api.post("/v1/sites", content=b"{", headers={"Content-Type": "application/json", **headers}),
            await api_without_parts.get("/v1/sites", headers=headers),
        ]

    return answers


async def test_each_answer_and_each_problem_bear_the_id_of_the_request(all_answers):
    """The caller's own where it is of the form that logs can take, else another one; the same in the problem."""
    for answer in await all_answers(**{"X-Request-ID": GIVEN}):
        assert answer.headers.get_list("x-request-id") == [GIVEN], answer
        assert answer.status_code == 200 or answer.json()["request_id"] == GIVEN
    for wrong in ("", "a b", "x" * 65, "é".encode(), "-a", 'a"b'):
        for answer in await all_answers(**{"X-Request-ID": wrong}):
            (named,) = answer.headers.get_list("x-request-id")
            assert re.fullmatch("[0-9a-f]{32}", named), answer
    first, *others = [answer.headers["x-request-id"] for answer in await all_answers()]
    assert first not in others


async def test_each_answer_has_the_headers_of_all(all_answers):
    """Browsers guess no type and show no frame, and caches keep nothing."""
    for answer in await all_answers():
        assert {name: answer.headers.get_list(name) for name in HEADERS} == {n: [v] for n, v in HEADERS.items()}, answer


async def test_there_is_head_wherever_there_is_get(api, stranger):
    """The same status and headers without a body; refused as GET is."""
    for path in ("/v1/sites", "/openapi.json", "/healthz/live", "/v1/nothing", "/docs"):
        got, head = await api.get(path), await api.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-length"] == got.headers["content-length"]
    assert (await stranger.head("/v1/sites")).status_code == 401


async def test_a_wrong_method_names_all_methods_of_the_path(api, problem):
    """Of all routes that are at the path."""
    answer = await api.put("/v1/sites", json={})
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert "it takes GET, HEAD, POST" in problem(answer, 405, "method-not-allowed")["remedy"]
    assert (await api.head("/v1/rotations/r1/approve")).headers["allow"] == "POST"
    # HEAD would hold a connection, or hand a keystore out
    for path in ("/v1/events", "/v1/rotations/r1/events/stream", "/v1/certificates/c1/keystore"):
        refused = await api.head(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET"), path
    # a certificate could have the id `check`: the path that is named so comes first
    assert (await api.put("/v1/certificates/check", json={})).headers["allow"] == "POST"


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
async def test_a_body_of_another_type_is_refused_as_such(api, problem, given):
    """Before its content is judged; what is no JSON at all included."""
    headers = {"Content-Type": given} if given else {}
    answer = await api.post("/v1/sites", content=b'{"name": "Vienna"}', headers=headers)
    assert "application/json" in problem(answer, 415, "unsupported-media-type")["remedy"]
    assert answer.headers["accept"] == "application/json"
    problem(await api.post("/v1/sites"), 422, "invalid-request")
    suffixed = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    problem(await api.post("/v1/sites", content=b"{}", headers=suffixed), 422, "invalid-request")


async def test_a_slash_too_many_redirects_nowhere(api, problem):
    """A redirect would name http:// where a proxy ends TLS."""
    problem(await api.get("/v1/sites/"), 404, "not-found")


async def test_a_large_answer_is_compressed_for_those_who_ask(api):
    """A small one is not."""
    described = await api.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert described.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in described.headers["vary"].lower()
    plain = await api.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == described.json()
    assert "content-encoding" not in (await api.get("/healthz/live", headers={"Accept-Encoding": "gzip"})).headers


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=1.0, identity;q=0", True),
        ("gzip;q=0", False),
        ("br, GZIP ; q=0.000 , identity", False),
        ("x-gzip;q=0.0", False),
        ("identity", False),
        ("", False),
        ("not-gzip", False),
        ("foo-gzip;q=0", False),
        ("gzip; q = 0", False),
        ("gzip;q=0.5, identity", False),
        ("a," * 600 + "gzip;q=0", False),
        ("gzip," + "a," * 600 + "gzip;q=0", False),
    ],
)
@pytest.mark.parametrize("path", ["/openapi.json", "/problems"])
async def test_a_caller_that_refuses_gzip_gets_none(api, path, accepted, compressed):
    """As RFC 9110 has it: a weight of nothing refuses."""
    answer = await api.get(path, headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip", answer.status_code) == (compressed, 200)


async def test_lines_of_a_header_are_one_list(stranger):
    """Of encodings, languages and media types: the last line counts as the first does."""
    lines = {"Accept-Encoding": ("br", "gzip"), "Accept-Language": ("de", "cs"), "Accept": ("image/png", "text/html")}
    answer = await stranger.get("/problems", headers=[(name, each) for name, both in lines.items() for each in both])
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="cs">' in answer.text
    refused = await stranger.get("/v1/sites", headers=[("Accept-Language", "de"), ("Accept-Language", "cs")])
    assert refused.headers["content-language"] == "cs"


async def test_the_pages_of_the_api_take_no_file_from_elsewhere(stranger):
    """They need no key, and each file that they name is here."""
    for path in ("/docs", "/redoc"):
        page = (await stranger.get(path)).text
        files = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page)
        assert files
        for each in files:
            assert each.startswith("/docs/files/"), each
            assert (await stranger.get(each)).status_code == 200, each


async def test_what_is_logged_for_a_request_names_it(unconnected, api, api_without_parts, capsys):
    """So that a problem leads to its lines, also where a library gave up in the middle."""
    unexpected = await api_without_parts.get("/v1/sites")
    await unconnected.store.database.close()
    unconnected.store.database.file.rename(unconnected.store.database.file.with_name("away"))
    unconnected.store.database.file.mkdir()
    away = await api.get("/v1/sites")
    assert (unexpected.status_code, away.status_code) == (500, 503)
    logged = capsys.readouterr().out
    assert f"request_id={unexpected.json()['request_id']}" in logged
    assert f"request_id={away.json()['request_id']}" in logged
