"""The sign-in of people: the session, what it opens, forms of other pages, and the language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.temporal_ui.sessions import COOKIE, LASTING
from rotation.identity.permission import Role
from store.access.key_text import KeyId, KeyText
from store.trail.site_trail import Author
from tests.api.identified import AT, KEY
from tests.api.pages.conftest import CZECH, HERE, reading

CROSS = {"Sec-Fetch-Site": "cross-site"}


async def test_the_sign_in_comes_first_and_leads_back(unconnected):
    """A page without a session leads to the sign-in, and that back to the page; no other host is led to."""
    async with reading(unconnected, key=None) as client:
        first = await client.get("/tasks/t1?x=1")
        assert (first.status_code, first.headers["location"]) == (303, "/sign-in?then=%2Ftasks%2Ft1%3Fx%3D1")
        assert 'value="/tasks/t1?x=1"' in (await client.get(first.headers["location"])).text
        for then, leads in (("/tasks/t1?x=1", "/tasks/t1?x=1"), ("//evil.example", "/"), ("https://evil.example", "/")):
            answer = await client.post("/sign-in", data={"key": KEY, "then": then})
            assert (answer.status_code, answer.headers["location"]) == (303, leads)
        home = await client.get("/")
        assert home.status_code == 200
        assert "ann" in home.text
        assert (await client.get("/sign-in")).headers["location"] == "/"


async def test_a_wrong_key_is_refused_on_the_page(unconnected):
    """The form comes again, with 401 and why; the key is not repeated."""
    async with reading(unconnected, key=None) as client:
        for key in ("", "wrong-key-of-mine", f"rotator_{'0' * 16}_{'0' * 64}"):
            answer = await client.post("/sign-in", data={"key": key})
            assert answer.status_code == 401
            assert 'role="alert"' in answer.text
            assert "wrong-key-of-mine" not in answer.text
            assert COOKIE not in answer.cookies
        assert (await client.get("/")).status_code == 303


async def test_the_cookie_is_kept_from_scripts_and_other_sites(unconnected):
    """It is strict, for HTTP alone, and ends with the working day."""
    async with reading(unconnected, key=None) as client:
        cookie = (await client.post("/sign-in", data={"key": KEY})).headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert f"max-age={int(LASTING.total_seconds())}" in cookie


async def test_a_session_opens_pages_and_no_route_of_the_api(reader):
    """A page that reached the session of a browser could else use the whole API."""
    assert (await reader.get("/")).status_code == 200
    assert (await reader.get("/v1/sites")).status_code == 401
    assert (await reader.post("/v1/rotations", json={})).status_code == 401


async def test_the_sign_out_ends_it(reader):
    """Also for a browser that kept the cookie."""
    kept = reader.cookies[COOKIE]
    assert (await reader.post("/sign-out")).headers["location"] == "/sign-in"
    reader.cookies.set(COOKIE, kept)
    assert (await reader.get("/")).status_code == 303


async def test_a_revoked_key_ends_its_session(unconnected, store):
    """From the next page on."""
    async with reading(unconnected) as client:
        await store.identities.add_key(
            (await store.identities.named("ann")).id, KeyText.new(), by=Author(who="x"), at=AT, expires_at=None
        )
        await store.identities.revoke(KeyId(KEY.split("_")[1]), Author(who="x"), AT)
        assert (await client.get("/")).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://rotator.example:8233"},
        {"Origin": ""},
        {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ],
    ids=["another site", "a sandbox", "another port", "none", "the same site", "cross-site"],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/tasks/task-1/claim"])
async def test_forms_of_other_pages_are_refused(reader, headers, path):
    """With a session that lasts, and to open one; no other page signs a reader out."""
    answer = await reader.post(path, data={"key": KEY, "language": "cs"}, headers=headers)
    assert answer.status_code == 403
    assert "ui-other-page" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert (await reader.get("/")).status_code == 200


async def test_a_browser_over_tls_says_itself_whose_form_it_is(reader):
    """Behind a proxy that names another host the origin differs from it, and the form is the page's own."""
    headers = {"Origin": "https://rotator.example", "Sec-Fetch-Site": "same-origin"}
    assert (await reader.post("/language", data={"language": "cs"}, headers=headers)).status_code == 303


async def test_a_link_of_another_site_opens_the_page(reader):
    """A browser keeps a strict cookie back at a link in a mail: without it the page opens itself once more."""
    kept = reader.cookies[COOKIE]
    reader.cookies.clear()
    linked = await reader.get("/tasks/task-1", headers=CROSS)
    assert (linked.status_code, linked.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'content="0;url=/tasks/task-1"' in linked.text
    reader.cookies.set(COOKIE, kept)
    assert (await reader.get("/", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200


async def test_the_language_is_the_browsers_until_one_is_chosen(unconnected):
    """English for all that is not there; what was chosen stays."""
    async with reading(unconnected, key=None) as client:
        assert 'lang="en"' in (await client.get("/sign-in", headers={"Accept-Language": "de"})).text
        assert 'lang="cs"' in (await client.get("/sign-in", headers=CZECH)).text
        answer = await client.post("/language", data={"language": "en", "then": "/sign-in"})
        assert answer.headers["location"] == "/sign-in"
        assert 'lang="en"' in (await client.get("/sign-in", headers=CZECH)).text
        assert (await client.post("/language", data={"language": "xx"})).status_code == 422


async def test_headers_keep_scripts_and_frames_out(reader):
    """No inline script, nothing of another host, and nothing stays in the browser's cache."""
    for path in ("/", "/sign-in", "/tasks/none"):
        headers = (await reader.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


async def test_what_a_reader_may_not_see_is_a_page_too(reading_as):
    """A robot has tasks only: home shows no site, and a site's page says who may see it."""
    async with reading_as("rob", Role.ROBOT) as robot:
        home = await robot.get("/")
        assert home.status_code == 200
        assert "Nothing waits for a person." in home.text
        assert "<table>" not in home.text


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/sites/x", "/\\evil.example", "/sites/x%0d%0aA: b"])
@pytest.mark.parametrize("headers", [{}, CROSS], ids=["opened", "linked"])
async def test_no_path_leads_to_another_host(unconnected, path, headers):
    """Neither by a redirect nor by a page that opens itself once more."""
    async with reading(unconnected, key=None) as client:
        answer = await client.get(f"{HERE}{path}", headers=headers)
        assert answer.headers.get("location", "/").startswith(("/sign-in", "/"))
        assert not answer.headers.get("location", "/").startswith("//")
        assert "url=//" not in answer.text
        assert "url=/\\" not in answer.text
        assert "a" not in answer.headers


@pytest.mark.parametrize("after", [LASTING, timedelta(days=1)])
async def test_a_session_ends_with_the_working_day(unconnected, after):
    """The clock of the service decides."""
    now = {"at": AT}
    async with reading(replace(unconnected, clock=lambda: now["at"])) as client:
        assert (await client.get("/")).status_code == 200
        now["at"] += after
        assert (await client.get("/")).status_code == 303


async def test_a_program_with_a_wrong_key_is_refused_as_one(unconnected, problem):
    """It is not led to the sign-in: what names and slows wrong keys down sees a refusal."""
    async with reading(unconnected, key=None) as client:
        for path in ("/", "/tasks/t1"):
            problem(await client.get(path, headers={"Authorization": "Bearer wrong"}), 401, "unauthorized")
