"""The door before a Temporal UI that records what reaches it: names, pages, log-in, and what passes."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from api.app import create_app
from api.http.body_limit import BodyLimit
from api.settings import ApiSettings
from api.temporal_ui.door import Door
from api.temporal_ui.door_server import open_door
from api.temporal_ui.sessions import COOKIE, LASTING, LOGIN, LOGOUT
from api.temporal_ui.ui_proxy import UiProxy
from emulator.serving.http_server import HttpServer
from engine.process.ports import choose_ports
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.trail.site_trail import Author
from tests.api.identified import KEY, key_of

HERE, PUBLIC = "http://127.0.0.1:8233", "https://temporal.example.com"
QUERY = "/api/v1/namespaces/rotator/workflows/rotate%2Fsite%20a/query/__temporal_workflow_metadata"
PAGE = {"Accept": "text/html"}


@dataclass
class Itself:
    """The UI behind the door, as a test has it answer."""

    asked: list[tuple[str, bytes, dict[str, str], bytes]] = field(default_factory=list)
    answer: Response | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Record the request, and answer."""
        request = Request(scope, receive)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        self.asked.append((request.method, target, dict(request.headers), await request.body()))
        usual = JSONResponse({"Codec": {"Endpoint": ""}, "DisableWriteActions": False, "Version": "2"})
        await (self.answer or usual)(scope, receive, send)


@pytest.fixture
def clock() -> dict[str, datetime]:
    """The time, to be set."""
    return {"now": datetime(2026, 5, 1, 8, tzinfo=UTC)}


@pytest.fixture
def itself() -> Itself:
    """The UI, which has not been asked yet."""
    return Itself()


@pytest.fixture
async def door(unconnected, itself, clock) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the door, not logged in."""
    server = HttpServer(itself)
    await server.start()
    upstream = f"http://127.0.0.1:{server.port}"
    app = create_app(unconnected, ApiSettings(ui_upstream=upstream, ui_origin=PUBLIC))
    app.state.sessions._clock = lambda: clock["now"]
    ui = UiProxy(upstream, encrypted=True)
    transport = httpx.ASGITransport(Door(app, BodyLimit(ui, 1 << 20)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client
    await ui.close()
    await server.stop()


async def log_in(door: httpx.AsyncClient, then: str = "") -> str:
    """Log in. Where it leads."""
    answer = await door.post(LOGIN, data={"key": KEY, "then": then}, headers={"Origin": HERE})
    assert answer.status_code == 303
    return str(answer.headers["location"])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:8080", "127.0.0.1:8233.evil.example", "", "[::1]:8233", "0.0.0.0:8233"],
)
async def test_other_names_are_refused_first(door, itself, problem, host):
    """With a log-in, and for each path: the log-in page is not shown under another name either."""
    await log_in(door)
    for path in ("/", LOGIN, "/api/v1/settings"):
        refused = problem(await door.get(path, headers={"Host": host}), 421, "ui-host")
        assert "http://127.0.0.1:8233" in refused["remedy"]
    assert itself.asked == []


async def test_two_names_are_none(door, problem):
    """A request that names a host twice is of no browser."""
    headers = [("Host", "127.0.0.1:8233"), ("Host", "evil.example")]
    problem(await door.get("/", headers=headers), 421, "ui-host")


@pytest.mark.parametrize("origin", [HERE, "http://localhost:8233", PUBLIC])
async def test_its_own_names_open_it(door, itself, origin):
    """Loopback by address and by name, and the name that the operator has set; the codec server is at each."""
    host = {"Host": httpx.URL(origin).netloc.decode()}
    answer = await door.post(LOGIN, data={"key": KEY}, headers={**host, "Origin": origin})
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    settings = (await door.get("/api/v1/settings", headers={**host, **cookie})).json()
    assert settings["Codec"]["Endpoint"] == f"{origin}/v1/codec"
    assert settings["DisableWriteActions"] is True
    assert settings["Version"] == "2"
    decoded = await door.post("/v1/codec/decode", json={"payloads": []}, headers={**host, **cookie, "Origin": origin})
    assert decoded.status_code == 409  # there are no keys here: the API was asked, and not the UI
    assert [target for _, target, _, _ in itself.asked] == [b"/api/v1/settings"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost:8233"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
    ids=["another site", "a sandbox", "another port", "another name", "a picture", "a fetch", "a frame"],
)
async def test_pages_of_others_are_refused(door, itself, problem, headers):
    """Even with a session that lasts, to read, to query, to log in and to log out."""
    await log_in(door)
    for method, path in (("GET", "/api/v1/settings"), ("POST", QUERY), ("POST", LOGIN), ("POST", LOGOUT)):
        problem(await door.request(method, path, headers=headers), 403, "ui-other-page")
    assert itself.asked == []
    assert (await door.get("/")).status_code == 200, "nobody was logged out"


async def test_a_link_opens_a_page_and_changes_nothing(door, problem):
    """A person who follows a link of another page comes to the UI; a form of it does not."""
    await log_in(door)
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await door.get("/namespaces", headers=link)).status_code == 200
    problem(await door.post(QUERY, headers=link), 403, "ui-other-page")


async def test_log_in_leads_to_the_page_that_was_asked_for(door, itself):
    """With its query, as it was written."""
    asked = "/namespaces/rotator/workflows?query=%60Site%60%3D%22a%22"
    answer = await door.get(asked, headers=PAGE)
    assert answer.status_code == 303
    form = await door.get(answer.headers["location"])
    assert f'name="then" value="{asked}"' in form.text
    assert await log_in(door, asked) == asked
    assert (await door.get(asked, headers=PAGE)).status_code == 200
    assert itself.asked[-1][1] == asked.encode()


@pytest.mark.parametrize(
    "then", ["//evil.example/", "/\\evil.example", "https://evil.example", "evil", "/\t/evil.example", "/a\r\nX: y", ""]
)
async def test_log_in_leads_to_no_other_host(door, then):
    """What is no path of this origin leads to the log-in page itself."""
    assert await log_in(door, then) == LOGIN


async def test_a_session_ends(door, clock, itself, problem):
    """After a working day, and with its log-out."""
    problem(await door.get("/api/v1/namespaces"), 401, "unauthorized")
    door.cookies.set(COOKIE, "made-up")
    problem(await door.get("/api/v1/namespaces"), 401, "unauthorized")
    door.cookies.clear()
    await log_in(door)
    clock["now"] += LASTING
    problem(await door.get("/api/v1/namespaces"), 401, "unauthorized")
    await log_in(door)
    assert (await door.get("/api/v1/namespaces")).status_code == 200
    await door.post(LOGOUT)
    problem(await door.get("/api/v1/namespaces"), 401, "unauthorized")
    assert len(itself.asked) == 1


@pytest.mark.parametrize(
    "grant",
    [(Role.VIEWER, None), (Role.ROBOT, None), (Role.ADMIN, (SiteId("site-1"),))],
    ids=["viewer", "robot", "some"],
)
async def test_it_shows_all_sites_and_so_wants_who_may_see_them(door, itself, store, problem, grant):
    """An identity that may not read payloads, or sees some sites only, logs in, and the answer says what it lacks."""
    role, sites = grant
    key = await key_of(store, "vera", role, sites=sites)
    await door.post(LOGIN, data={"key": key}, headers={"Origin": HERE})
    problem(await door.get("/", headers=PAGE), 403, "forbidden")
    problem(await door.get("/api/v1/namespaces"), 403, "forbidden")
    assert itself.asked == []


async def test_a_session_ends_with_its_key(door, itself, store, problem):
    """A key that is revoked opens nothing from the next request on, and a page leads to the log-in again."""
    await key_of(store, "another", Role.ADMIN)
    await log_in(door)
    assert (await door.get("/", headers=PAGE)).status_code == 200
    held = await store.identities.holder(KEY, datetime.now(UTC))
    assert held is not None
    await store.identities.revoke(held.id, Author(who="another"), datetime.now(UTC))
    problem(await door.get("/api/v1/namespaces"), 401, "unauthorized")
    assert (await door.get("/", headers=PAGE)).headers["location"].startswith(LOGIN)
    assert len(itself.asked) == 1


async def test_a_program_shows_its_key(door, itself):
    """A key in the header opens it as well, to look."""
    assert (await door.get("/api/v1/namespaces", headers={"Authorization": f"Bearer {KEY}"})).status_code == 200
    assert "authorization" not in itself.asked[0][2]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/namespaces/rotator/workflows/rotate%2Fa/terminate"),
        ("POST", "/api/v1/namespaces/rotator/workflows/rotate%2Fa/query/x/terminate"),
        ("POST", "/api/v1/namespaces/rotator/workflows/a/query/../terminate"),
        ("POST", "/api/v1/namespaces/rotator/workflows/a/query/x:terminate"),
        ("POST", "/api/v1/namespaces/rotator/workflows/a/query/x%2F..%2F..%2Fterminate"),
        ("POST", "/api/v1/namespaces/rotator/workflows/../query/x"),
        ("POST", "/api/v1/namespaces/rotator/workflows//query/x"),
        ("POST", f"//127.0.0.1{QUERY}"),
        ("POST", f"{QUERY}/"),
        ("POST", f"{QUERY}%0a"),
        ("PUT", QUERY),
        ("DELETE", "/api/v1/namespaces/rotator/workflows/a"),
        ("OPTIONS", "/api/v1/namespaces"),
        ("PATCH", "/"),
        ("TRACE", "/"),
    ],
)
async def test_only_looking_passes(door, itself, problem, method, path):
    """All else is refused with one line, and reaches nothing."""
    await log_in(door)
    where = httpx.URL(HERE).copy_with(raw_path=path.encode())
    refused = problem(await door.request(method, where), 403, "ui-looks-only")
    assert "\n" not in refused["detail"]
    assert "rotator cancel" in refused["remedy"]
    assert itself.asked == []


async def test_refusals_are_in_the_language_of_the_caller(door):
    """Before the log-in and behind it; the title, too. Codes are as ever."""
    czech = {"Accept-Language": "cs"}
    for headers, code, title in (
        ({"Host": "elsewhere.example"}, "ui-host", None),
        ({"Sec-Fetch-Site": "cross-site"}, "ui-other-page", None),
        ({}, "unauthorized", "Nepřihlášeno"),
    ):
        english, refused = [(await door.get("/", headers=headers | each)).json() for each in ({}, czech)]
        assert refused["type"] == english["type"] == f"/problems/{code}"
        assert [each for each in ("title", "detail", "remedy") if refused[each] == english[each]] == []
        assert title in {None, refused["title"]}


async def test_a_query_passes_as_it_came(door, itself):
    """Path, query and body arrive byte for byte; only headers that the UI needs, and of the cookies its own."""
    await log_in(door)
    door.cookies.set("_csrf", "token")
    headers = {
        "Origin": HERE,
        "X-CSRF-Token": "token",
        "X-HTTP-Method-Override": "DELETE",
        "Grpc-Metadata-Authorization": "x",
        "Authorization": f"Bearer {KEY}",
        "Connection": "close, X-CSRF-Token",
        "X-Forwarded-Host": "evil.example",
        "Upgrade": "websocket",
    }
    where = httpx.URL(HERE).copy_with(raw_path=QUERY.encode() + b"?a=%2F&b=+")
    assert (await door.post(where, json={"queryArgs": None}, headers=headers)).status_code == 200
    ((method, target, received, body),) = itself.asked
    assert (method, target, json.loads(body)) == ("POST", QUERY.encode() + b"?a=%2F&b=+", {"queryArgs": None})
    assert received["cookie"] == "_csrf=token"
    assert received["x-csrf-token"] == "token"
    assert received["host"].startswith("127.0.0.1:")
    assert received["host"] != "127.0.0.1:8233"
    dropped = {"x-http-method-override", "grpc-metadata-authorization", "authorization", "x-forwarded-host", "origin"}
    assert not dropped & received.keys()
    assert "upgrade" not in received


async def test_answers_come_back_without_what_is_not_theirs(door, itself):
    """Content as it was compressed; the UI's cookie; no leave for other origins; nothing that stays in the browser."""
    await log_in(door)
    itself.answer = Response(
        gzip.compress(b"text"),
        headers={
            "Content-Encoding": "gzip",
            "Content-Type": "text/css",
            "Access-Control-Allow-Origin": "*",
            "Grpc-Metadata-X": "y",
            "ETag": '"1"',
        },
    )
    itself.answer.set_cookie("_csrf", "token", samesite="strict")
    itself.answer.set_cookie(COOKIE, "chosen")
    answer = await door.get("/_app/a.css")
    assert (answer.text, answer.headers["content-type"], answer.headers["etag"]) == ("text", "text/css", '"1"')
    assert answer.headers.get_list("set-cookie") == ["_csrf=token; Path=/; SameSite=strict"]
    assert not {"access-control-allow-origin", "grpc-metadata-x"} & set(answer.headers)
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    itself.answer = Response(headers={"Cache-Control": "max-age=9"})
    lasting = await door.get("/_app/immutable/a.js")
    assert lasting.headers["cache-control"] == "max-age=9", "files of one version may stay"


async def test_a_caller_gets_nothing_of_another(door, itself):
    """Cookies of the UI are kept by browsers, and not by the door."""
    await log_in(door)
    itself.answer = Response()
    itself.answer.set_cookie("_csrf", "of-ann")
    await door.get("/")
    door.cookies.delete("_csrf")
    await door.get("/")
    assert "cookie" not in itself.asked[-1][2]


@pytest.mark.parametrize(
    ("target", "status"),
    [("/namespaces", 302), ("//evil.example/", 502), ("https://evil.example/", 502), ("/\\evil.example", 502)],
)
async def test_no_redirect_leads_away(door, itself, target, status):
    """Of the UI's redirects only those within it pass."""
    await log_in(door)
    itself.answer = RedirectResponse("/", 302)
    itself.answer.headers["location"] = target
    answer = await door.get("/")
    assert (answer.status_code, answer.headers.get("location")) == (status, target if status == 302 else None)


@pytest.mark.parametrize("content", [b"", b"<h1>Maintenance</h1>", b"[1]", b"3"])
async def test_settings_that_are_none_do_not_pass(door, itself, problem, content):
    """They would have the buttons on, or be nothing that a page can read."""
    await log_in(door)
    itself.answer = Response(content)
    problem(await door.get("/api/v1/settings"), 502, "ui-down")


async def test_a_body_that_is_too_large_is_refused(door, itself, problem):
    """Whatever honest query there is, it is smaller."""
    await log_in(door)
    where = httpx.URL(HERE).copy_with(raw_path=QUERY.encode())
    problem(await door.post(where, content=b"x" * ((1 << 20) + 1)), 413, "body-too-large")
    assert itself.asked == []


async def test_what_the_ui_sends_bit_by_bit_comes_bit_by_bit(unconnected, itself):
    """Over a port of its own: the first part is there before the last one is made. Then the port is free again."""
    more = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        await more.wait()
        yield b"last"

    server = HttpServer(itself)
    await server.start()
    upstream, (port,) = f"http://127.0.0.1:{server.port}", choose_ports("127.0.0.1", 0)
    app = create_app(unconnected, ApiSettings(ui_upstream=upstream, ui_port=port))
    here = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=here, trust_env=False) as door:
        async with open_door(app, upstream, port, encrypted=False):
            await door.post(LOGIN, data={"key": KEY}, headers={"Origin": here})
            itself.answer = StreamingResponse(parts())
            async with asyncio.timeout(30), door.stream("GET", "/") as answer:
                coming = answer.aiter_raw()
                assert await anext(coming) == b"first"
                more.set()
                assert await anext(coming) == b"last"
        with pytest.raises(httpx.ConnectError):
            await door.get("/")
    await server.stop()


async def test_a_ui_that_is_away_is_a_problem(unconnected, problem):
    """It says that Temporal is started again; the log-in stays."""
    app = create_app(unconnected, ApiSettings(ui_upstream="http://127.0.0.1:9"))
    ui = UiProxy("http://127.0.0.1:9", encrypted=False)
    transport = httpx.ASGITransport(Door(app, ui))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as door:
        await log_in(door)
        for _ in range(2):
            refused = problem(await door.get("/"), 502, "ui-down")
            assert "rotator up" in refused["remedy"]
    await ui.close()
