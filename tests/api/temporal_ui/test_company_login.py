"""The log-in page by way of the company's provider: cookies, errors, sessions and logs."""

import json
from dataclasses import replace
from datetime import timedelta
from html import escape, unescape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import structlog
from starlette.responses import PlainTextResponse

from api.app import create_app
from api.parts import Parts
from api.settings import ApiSettings
from api.temporal_ui.attempts import LASTING
from api.temporal_ui.door import Door
from engine.client.client import lazy_client
from engine.codec.codec import EncryptingCodec
from engine.plugin import RotatorPlugin
from engine.settings import TemporalSettings
from oidc.company_log_in import CompanyLogIn
from store.trail.site_trail import Author
from tests.oidc.conftest import NOW, Clock
from tests.oidc.provider import NAME, OTHER, REDIRECT, SUBJECT, TestProvider
from tests.signing import SIGNING

UI, PAGE, LEAVE, CALLBACK = "http://127.0.0.1:8233", "/v1/codec/login", "/v1/login/oidc", "/v1/login/oidc/callback"
PAYLOADS = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}]}
FROM_UI = {"Origin": UI}


@pytest.fixture
def clock() -> Clock:
    """A clock to be set."""
    return Clock()


@pytest.fixture
async def provider():
    """A provider that answers."""
    started = await TestProvider().start()
    started.reset(NOW)
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
async def parts(store, clock, provider):
    """Those of an API that encrypts, and trusts the provider."""
    temporal = await lazy_client(
        TemporalSettings(address="127.0.0.1:9"), RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(b"p" * 32))
    )
    log_in = CompanyLogIn(provider.settings(), clock)
    yield Parts(store=store, temporal=temporal, clock=clock, log_in=log_in)
    await log_in.close()


def browser(parts, base="http://127.0.0.1:8080"):
    """A client that keeps cookies and has no key."""
    app = create_app(parts, ApiSettings(ui_origin=UI))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=base)


@pytest.fixture
async def ui(parts):
    """A browser, not logged in."""
    async with browser(parts) as client:
        yield client


async def sent_back(ui) -> str:
    """Where the provider sends a browser that has been sent to it."""
    left = await ui.get(LEAVE)
    assert left.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as there:
        answer = await there.get(left.headers["location"])
    back: str = answer.headers["location"]
    assert back.startswith(f"{REDIRECT}?")
    return back


async def log_in(ui):
    """There and back."""
    return await ui.get(await sent_back(ui))


async def test_a_person_reads_with_the_session(ui):
    """The session is that of the log-in page, and opens the codec server to the UI's pages."""
    assert "company's log-in" in (await ui.get(PAGE)).text
    answer = await log_in(ui)
    assert answer.status_code == 200
    assert f'http-equiv="refresh" content="0;url={PAGE}"' in answer.text
    assert f"<b>{NAME}</b>, for 1 h at most" in (await ui.get(PAGE)).text
    assert (await ui.post("/v1/codec/decode", json=PAYLOADS, headers=FROM_UI)).status_code == 200
    assert (await ui.post("/v1/codec/decode", json=PAYLOADS)).status_code == 401
    assert (await ui.get("/v1/sites", headers=FROM_UI)).status_code == 401


async def test_the_session_opens_the_page_too(ui):
    """The sign-in of the page leads to the provider, and the page knows the person by the name of the log-in."""
    assert "/v1/login/oidc?then=%2Ftasks%2Ft1" in (await ui.get("/sign-in?then=/tasks/t1")).text
    assert (await ui.get("/")).status_code == 303
    await log_in(ui)
    home = await ui.get("/")
    assert home.status_code == 200
    assert NAME in home.text


async def test_the_roles_of_the_token_count(ui, provider, problem):
    """A viewer logs in, and reads no payloads."""
    provider.claims["roles"] = ["looks"]
    assert (await log_in(ui)).status_code == 200
    problem(await ui.post("/v1/codec/decode", json=PAYLOADS, headers=FROM_UI), 403, "forbidden")


@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookies(parts, provider, secure):
    """No script reads them; that of an attempt comes back from another site, that of a session from none."""
    redirect = "https://rotator.example.com/v1/login/oidc/callback" if secure else REDIRECT
    company = CompanyLogIn(provider.settings(redirect_uri=redirect), parts.clock)
    async with browser(
        Parts(store=parts.store, temporal=parts.temporal, clock=parts.clock, log_in=company),
        "https://rotator.example.com" if secure else "http://127.0.0.1:8080",
    ) as ui:
        left = await ui.get(LEAVE)
        (attempt,) = SimpleCookie(left.headers["set-cookie"]).values()
        assert (attempt["path"], attempt["samesite"].lower(), attempt["httponly"]) == (LEAVE, "lax", True)
        assert int(attempt["max-age"]) == LASTING.total_seconds()
        asked = parse_qs(urlsplit(left.headers["location"]).query)
        for text in (asked["state"][0], asked["nonce"][0]):
            assert text not in attempt.value, "it is sealed"
        async with httpx.AsyncClient(trust_env=False) as there:
            back = (await there.get(left.headers["location"])).headers["location"]
        cookies = SimpleCookie()
        for header in (await ui.get(back)).headers.get_list("set-cookie"):
            cookies.load(header)
        session, gone = cookies["rotator-ui"], cookies["rotator-log-in"]
        assert (session["path"], session["samesite"].lower(), session["httponly"]) == ("/", "strict", True)
        assert int(session["max-age"]) == 3600
        assert attempt["secure"] == session["secure"] == (secure or "")
        assert int(gone["max-age"]) == 0
    await company.close()


async def refused(ui, address: str, status: int):
    """The page that refuses a log-in; no session is opened."""
    answer = await ui.get(address)
    assert answer.status_code == status, answer.text
    assert 'role="alert"' in answer.text
    assert "rotator-ui" not in answer.headers.get("set-cookie", "")
    assert "logged in as" not in (await ui.get(PAGE)).text
    return answer.text


async def test_an_answer_of_another_browser_opens_nothing(ui, parts, provider):
    """Neither without the cookie, with that of another attempt, with a made-up one, nor after ten minutes."""
    back = await sent_back(ui)
    async with browser(parts) as other:
        assert "begun no log-in" in await refused(other, back, 401)
        await other.get(LEAVE)
        assert "(state)" in await refused(other, back, 401)
        for made_up in ("made-up", "gAAAAA" + "x" * 80, "\u00e9"):
            other.cookies.clear()
            header = {"Cookie": f"rotator-log-in={made_up}".encode()}
            assert (await other.get(back, headers=header)).status_code == 401
    assert provider.asked["/token"] == 0


async def test_an_attempt_ends(ui, clock):
    """After ten minutes the person begins again."""
    back = await sent_back(ui)
    clock.now += LASTING + timedelta(seconds=1)
    assert "begun no log-in" in await refused(ui, back, 401)


async def test_an_answer_counts_once(ui):
    """Its cookie is gone after it."""
    back = await sent_back(ui)
    assert (await ui.get(back)).status_code == 200
    assert (await ui.get(back)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "made up"}, "nonce"),
        ({"at_hash": "made-up"}, "at_hash"),
        ({"aud": "another"}, "aud"),
        ({"key": OTHER}, "signature"),
        ({"exp": 1}, "expired"),
    ],
)
async def test_a_forged_id_token_opens_nothing(ui, provider, changes, why):
    """The page says why, to the person who can do something about it."""
    provider.id_claims = changes
    assert why in await refused(ui, await sent_back(ui), 401)


async def test_a_person_who_may_not(ui, provider, store):
    """Without a role, with the name of another person, or barred: 403 with what to do."""
    provider.claims["roles"] = []
    assert "ROTATOR_OIDC_GRANTS" in await refused(ui, await sent_back(ui), 403)
    provider.claims |= {"roles": ["looks"], "name": "ann"}
    assert "rotator subject link" in await refused(ui, await sent_back(ui), 403)
    await store.subjects.link(provider.issuer, SUBJECT, "ann", by=Author(who="root"), at=NOW, new=False)
    assert (await log_in(ui)).status_code == 200
    (kept,) = (await store.subjects.page()).items
    await store.subjects.bar(kept.id, Author(who="root"), NOW)
    assert "logged in as" not in (await ui.get(PAGE)).text
    assert (await ui.post("/v1/codec/decode", json=PAYLOADS, headers=FROM_UI)).status_code == 403
    assert "barred" in await refused(ui, await sent_back(ui), 403)


async def test_a_provider_that_is_away(ui, provider):
    """The page is answered by 503, at the way there and the way back, and still takes keys."""
    back = await sent_back(ui)
    await provider.stop()
    text = await refused(ui, back, 503)
    assert "API key" in text


async def test_without_a_log_in_there_is_no_way(parts):
    """The page names none, and its addresses say so."""
    alone = Parts(store=parts.store, temporal=parts.temporal, clock=parts.clock)
    async with browser(alone) as ui:
        assert LEAVE not in (await ui.get(PAGE)).text
        for address in (LEAVE, f"{CALLBACK}?code=x&state=y"):
            assert "ROTATOR_OIDC_CLIENT_ID" in await refused(ui, address, 404)


async def test_a_session_ends(ui, clock):
    """After an hour, since the provider is not asked meanwhile; and at its log-out."""
    await log_in(ui)
    clock.now += timedelta(minutes=59, seconds=59)
    assert NAME in (await ui.get(PAGE)).text
    clock.now += timedelta(seconds=1)
    assert NAME not in (await ui.get(PAGE)).text
    clock.now = NOW
    await log_in(ui)
    assert (await ui.post("/v1/codec/logout")).status_code == 303
    assert NAME not in (await ui.get(PAGE)).text


async def test_the_log_has_no_token(ui, provider):
    """Who has logged in, from where; neither code nor token, in the log, in pages or in addresses."""
    with structlog.testing.capture_logs() as lines:
        answer = await log_in(ui)
        await ui.post("/v1/codec/logout")
        provider.id_claims = {"nonce": "x"}
        await log_in(ui)
    events = [line["event"] for line in lines]
    assert events == [
        "a subject was seen for the first time",
        "logged in for the Temporal UI",
        "logged out of the Temporal UI",
        "a log-in for the codec server was refused",
        "no key that counts",
    ]
    written = f"{json.dumps(lines)} {answer.text} {answer.headers}"
    assert "eyJ" not in written
    assert provider.access_token not in written
    assert answer.headers["referrer-policy"] == "strict-origin"
    assert answer.headers["cache-control"] == "no-store"


UI_PAGE = "/namespaces/rotator/workflows?query=a%20b"
LINKED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
AT_THE_DOOR = "http://127.0.0.1:8233/v1/login/oidc/callback"


@pytest.fixture
async def company(parts, provider):
    """The log-in whose provider sends browsers back to the door."""
    log_in = CompanyLogIn(provider.settings(redirect_uri=AT_THE_DOOR), parts.clock)
    yield replace(parts, log_in=log_in)
    await log_in.close()


@pytest.fixture
async def door(company):
    """A browser before the door of a Temporal UI that answers `the UI`."""
    app = create_app(company, ApiSettings(ui_upstream="http://127.3.2.1:20001", ui_port=8233))
    transport = httpx.ASGITransport(Door(app, PlainTextResponse("the UI")), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=UI, headers={"Accept": "text/html"}) as client:
        yield client


async def through(door, begun: str):
    """From a page that leads to the provider, there and back to the door."""
    left = await door.get(begun)
    async with httpx.AsyncClient(trust_env=False) as there:
        back = (await there.get(left.headers["location"])).headers["location"]
    return await door.get(back, headers=LINKED)


async def test_the_door_opens_to_the_company(door, provider, store):
    """A page of the UI leads to the log-in, the log-in to the provider, and the provider back to that page."""
    first = await door.get(UI_PAGE)
    assert first.status_code == 303
    page = await door.get(first.headers["location"])
    link = unescape(page.text.partition('<a href="')[2].partition('"')[0])
    answer = await through(door, link)
    assert f'content="0;url={escape(UI_PAGE)}"' in answer.text
    assert (await door.get(UI_PAGE)).text == "the UI"

    (kept,) = (await store.subjects.page()).items
    await store.subjects.bar(kept.id, Author(who="root"), NOW)
    assert (await door.get(UI_PAGE)).status_code == 303
    await store.subjects.link(provider.issuer, SUBJECT, NAME, by=Author(who="root"), at=NOW, new=False)
    assert (await door.get(UI_PAGE)).text == "the UI"


async def test_the_door_asks_for_the_role(door, provider, problem):
    """A viewer by token sees as much as one by key: nothing, since the UI shows all sites in clear."""
    provider.claims["roles"] = ["looks"]
    await through(door, f"{LEAVE}?then=/")
    problem(await door.get("/api/v1/settings"), 403, "forbidden")


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
async def test_a_log_in_leads_to_no_other_host(door, then):
    """Nor to anything that is no path of the same origin."""
    answer = await through(door, f"{LEAVE}?{urlencode({'then': then})}")
    assert f'content="0;url={PAGE}"' in answer.text
    assert "evil" not in answer.text


async def test_a_page_of_the_ui_is_none_elsewhere(company):
    """Where the provider leads back to another port than that on which the log-in began, it ends at the log-in page."""
    app = create_app(company, ApiSettings(ui_upstream="http://127.3.2.1:20001", ui_port=8233))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        left = await client.get(f"http://127.0.0.1:8080{LEAVE}?then=/namespaces")
        async with httpx.AsyncClient(trust_env=False) as there:
            back = (await there.get(left.headers["location"])).headers["location"]
        assert f'content="0;url={PAGE}"' in (await client.get(back)).text
