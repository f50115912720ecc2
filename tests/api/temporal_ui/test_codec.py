"""The codec server: Temporal's protocol, who may use it, from which pages, and what the log has of it."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import structlog
from pydantic import ValidationError

from api.app import create_app
from api.http.faults import from_engine
from api.parts import Parts
from api.settings import ApiSettings
from api.temporal_ui.sessions import LASTING
from emulator.serving.http_server import HttpServer
from engine.client.client import connect, lazy_client
from engine.codec.codec import EncryptingCodec, key_id
from engine.codec.converter import data_converter
from engine.contract import SurveyAnswer
from engine.fault import PayloadKeyUnknown
from engine.plugin import RotatorPlugin
from engine.process.embedded import find_binary
from engine.settings import TemporalSettings
from rotation.identity.permission import Role
from store.trail.site_trail import Author
from tests.api.identified import KEY, NAME, key_of
from tests.signing import SIGNING

PAYLOAD_KEY, GONE = b"p" * 32, b"g" * 32
UI = "http://127.0.0.1:8233"
DECODE, ENCODE, LOGIN, LOGOUT = (f"/v1/codec/{name}" for name in ("decode", "encode", "login", "logout"))
BEARER = {"Authorization": f"Bearer {KEY}"}
ANSWER = SurveyAnswer(survey_id="survey-1", clients=2, groups=1)
FROM_UI = {"Origin": UI, "X-Namespace": "rotator"}


class Clock:
    """The time, as the test has it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Now."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock to be set."""
    return Clock()


def browser(parts: Parts, origin: str | None = UI, base: str = "http://127.0.0.1:8080") -> httpx.AsyncClient:
    """A client that keeps cookies and has no key, of an API whose UI has that origin."""
    app = create_app(parts, ApiSettings(ui_origin=origin))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=base)


@pytest.fixture
async def encrypting(store, clock):
    """Parts that encrypt; Temporal itself is not needed to decode."""
    nowhere = TemporalSettings(address="127.0.0.1:9")
    temporal = await lazy_client(nowhere, RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(PAYLOAD_KEY)))
    return Parts(store=store, temporal=temporal, clock=clock)


@pytest.fixture
async def ui(encrypting):
    """A browser with the UI, not logged in."""
    async with browser(encrypting) as client:
        yield client


@pytest.fixture
async def audit():
    """What is logged meanwhile."""
    with structlog.testing.capture_logs() as lines:
        yield lines


async def log_in(client: httpx.AsyncClient, key: str = KEY) -> None:
    """Log in at the page, and come back to it."""
    answer = await client.post(LOGIN, data={"key": key})
    assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)


async def body(key: bytes = PAYLOAD_KEY) -> dict[str, Any]:
    """An encrypted payload and a plain one, as the UI sends them."""
    (hidden,) = await data_converter(SIGNING, EncryptingCodec(key)).encode([ANSWER])
    coded = {
        "metadata": {name: base64.b64encode(value).decode() for name, value in hidden.metadata.items()},
        "data": base64.b64encode(hidden.data).decode(),
    }
    return {"payloads": [coded, plain('"as it is"')]}


def plain(text: str) -> dict[str, object]:
    """A payload that the UI sends: JSON that is not encrypted."""
    encoding, data = (base64.b64encode(part).decode() for part in (b"json/plain", text.encode()))
    return {"metadata": {"encoding": encoding}, "data": data}


def texts(answer: httpx.Response) -> list[str]:
    """What the payloads of an answer hold."""
    assert answer.status_code == 200, answer.text
    return [base64.b64decode(payload["data"]).decode() for payload in answer.json()["payloads"]]


async def test_it_speaks_temporals_protocol(ui):
    """What was encrypted comes back in clear and what was not as it was; what is encoded can be decoded."""
    decoded = await ui.post(DECODE, json=await body(), headers=BEARER)
    shown, untouched = texts(decoded)
    assert json.loads(shown)["survey_id"] == "survey-1"
    assert untouched == '"as it is"'
    assert decoded.headers["cache-control"] == "no-store"

    encoded = await ui.post(ENCODE, json={"payloads": [plain('"hello"')]}, headers=BEARER)
    assert "hello" not in texts_of_bytes(encoded)
    # the UI adds a query of its own
    again = await ui.post(f"{DECODE}?preserveStorageRefs=true", json=encoded.json(), headers=BEARER)
    assert again.json() == {"payloads": [plain('"hello"')]}


def texts_of_bytes(answer: httpx.Response) -> str:
    """The text that a reader of a stored answer can see."""
    assert answer.status_code == 200, answer.text
    return "".join(base64.b64decode(each["data"]).decode("latin-1") for each in answer.json()["payloads"])


async def test_no_payloads_are_no_trouble(ui):
    """The UI asks for empty lists too."""
    assert (await ui.post(DECODE, json={"payloads": []}, headers=BEARER)).json() == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b'{"payloads": 3}', b'{"payloads": [{"data": "12345"}]}', b"\xff\xfe", b"[" * 100_000],
    ids=["nothing", "half", "a list", "a number", "no base64", "no text", "deep"],
)
async def test_what_is_no_payload_is_a_problem(ui, problem, content):
    """Whatever is sent, the answer says what should have been."""
    problem(await ui.post(DECODE, content=content, headers=BEARER), 400, "invalid-payloads")


async def test_refusals_are_in_the_language_and_payloads_as_they_are(ui):
    """Refused by the guard or the route."""
    czech = BEARER | {"Accept-Language": "cs"}
    refused = [await ui.post(DECODE, headers={"Accept-Language": "cs"}), await ui.post(DECODE, headers=czech)]
    assert [each.headers["content-language"] for each in refused] == ["cs", "cs"]
    assert "tělo není JSON" in refused[1].json()["detail"]
    assert "content-language" not in (await ui.post(DECODE, json=await body(), headers=czech)).headers


async def test_what_a_newer_temporal_adds_does_no_harm(ui):
    """A field that this release does not know is passed over."""
    sent = await body()
    sent["payloads"][0]["brandNew"] = {"size": "3"}
    assert "survey-1" in texts(await ui.post(DECODE, json=sent, headers=BEARER))[0]


async def test_a_key_that_is_gone_is_named(ui, problem, audit):
    """The answer names the key that is missing by its id; the UI does not ask again after a status of 400."""
    refused = problem(await ui.post(DECODE, json=await body(GONE), headers=BEARER), 400, "payload-unreadable")
    assert key_id(GONE) in refused["detail"]
    assert [line["event"] for line in audit] == ["payloads were not decoded"]


async def test_an_altered_payload_is_a_problem(ui, problem):
    """Nothing is shown of a list with one of them."""
    sent = await body()
    sent["payloads"][0]["data"] = base64.b64encode(b"x" * 60).decode()
    problem(await ui.post(DECODE, json=sent, headers=BEARER), 400, "payload-unreadable")


def test_the_rest_of_the_api_names_it_too():
    """A rotation whose state cannot be decrypted is the operator's trouble, and the problem names the key's id."""
    shown = from_engine(PayloadKeyUnknown(key_id(GONE), (key_id(PAYLOAD_KEY),))).problem
    assert (shown.status, shown.type) == (500, "/problems/payload-unreadable")
    assert key_id(GONE) in shown.detail
    assert shown.remedy


async def test_where_nothing_is_encrypted_it_says_so(unconnected, problem):
    """Without payload keys there is nothing to decode, and the answer names the setting."""
    async with browser(unconnected) as client:
        refused = problem(await client.post(DECODE, json=await body(), headers=BEARER), 409, "no-payload-keys")
    assert "ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE" in refused["remedy"]


async def test_decoding_needs_a_key_or_log_in(ui, problem):
    """Neither does a page of the UI, nor one with a made-up cookie."""
    problem(await ui.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")
    ui.cookies.set("rotator-ui", "made-up", path="/")
    problem(await ui.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")


async def test_who_has_logged_in_reads_in_the_ui(ui):
    """After the log-in, the pages of the UI decode and encode with the cookie alone."""
    assert "API key" in (await ui.get(LOGIN)).text
    await log_in(ui)
    page = (await ui.get(LOGIN)).text
    assert f"<b>{NAME}</b>" in page
    assert "http://127.0.0.1:8080/v1/codec<" in page, "the endpoint to be set in the UI"
    assert "survey-1" in texts(await ui.post(DECODE, json=await body(), headers=FROM_UI))[0]
    assert (await ui.post(ENCODE, json=await body(), headers=FROM_UI)).status_code == 200


async def test_the_cookie_is_for_the_ui_alone(ui):
    """No script reads it, no other site has it sent, and no other path sees it; over TLS it never goes in clear."""
    for base, secure in (("http://127.0.0.1:8080", ""), ("https://rotator.example.com", True)):
        answer = await ui.post(f"{base}{LOGIN}", data={"key": KEY})
        (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
        assert (cookie["path"], cookie["samesite"].lower(), cookie["httponly"]) == ("/", "strict", True)
        assert cookie["secure"] == secure
        assert int(cookie["max-age"]) == LASTING.total_seconds()
        assert KEY not in cookie.value


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:9999", "http://127.0.0.1:8233.example.com", "null"])
async def test_the_cookie_helps_no_page_of_another_origin(ui, problem, origin):
    """Another port of this machine is the same site to a browser, which sends the cookie: the origin tells."""
    await log_in(ui)
    headers = {"Origin": origin} if origin else {}
    problem(await ui.post(DECODE, json=await body(), headers=headers), 401, "unauthorized")


async def test_the_cookie_opens_nothing_else(ui, problem):
    """Sites, rotations and moves want the API key."""
    await log_in(ui)
    for path in ("/v1/sites", "/v1/codec/other", "/v1/codec/decode/"):
        problem(await ui.get(path, headers=FROM_UI), 401, "unauthorized")


async def test_a_session_ends(ui, clock, problem):
    """It ends after a working day, and at its log-out, also for another person who has its cookie."""
    await log_in(ui)
    clock.now += LASTING - timedelta(seconds=1)
    assert (await ui.post(DECODE, json=await body(), headers=FROM_UI)).status_code == 200
    clock.now += timedelta(seconds=1)
    problem(await ui.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")

    await log_in(ui)
    stolen = ui.cookies["rotator-ui"]
    assert (await ui.post(LOGOUT)).status_code == 303
    assert "rotator-ui" not in ui.cookies
    ui.cookies.set("rotator-ui", stolen, path="/")
    problem(await ui.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")


@pytest.mark.parametrize(
    ("given", "status"),
    [({"key": "wrong"}, 401), ({"key": KEY[:-1] + "0"}, 401), ({"key": ""}, 401), ({}, 401)],
    ids=["a wrong key", "another secret", "an empty key", "nothing"],
)
async def test_a_log_in_wants_a_key(ui, given, status):
    """Otherwise it says so and sets no cookie."""
    answer = await ui.post(LOGIN, data=given)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_session_ends_with_its_key(ui, store, problem):
    """A key that is revoked closes the sessions that were opened with it."""
    key = await key_of(store, "Bob", Role.OPERATOR)
    await log_in(ui, key)
    assert (await ui.post(DECODE, json=await body(), headers=FROM_UI)).status_code == 200
    held = await store.identities.holder(key, datetime.now(UTC))
    await store.identities.revoke(held.id, Author(who=NAME), datetime.now(UTC))
    problem(await ui.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")
    assert "Bob" not in (await ui.get(LOGIN)).text


async def test_the_page_shows_a_name_as_text(ui, store):
    """A name that is markup is no markup; and no other page may frame the log-in."""
    await log_in(ui, await key_of(store, "<script>alert(1)</script>", Role.ADMIN))
    answer = await ui.get(LOGIN)
    assert "<script>" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def preflight(origin: str = UI, method: str = "POST", headers: str = "content-type,x-namespace") -> dict[str, str]:
    """What a browser asks before it sends what a page of that origin wants."""
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return {"Origin": origin, **asked}


async def test_a_browser_hears_that_the_ui_may_ask(ui):
    """Without any key, as browsers ask; with cookies, and with the UI's own headers. So it may read refusals too."""
    for path in (DECODE, ENCODE):
        answer = await ui.options(path, headers=preflight())
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == UI
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "x-namespace" in answer.headers["access-control-allow-headers"].lower()
    refused = await ui.post(DECODE, json={}, headers=FROM_UI)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, UI)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (DECODE, preflight("http://127.0.0.1:9999")),
        (DECODE, preflight("https://127.0.0.1:8233")),
        (DECODE, preflight("null")),
        ("/v1/sites", preflight()),
        (LOGIN, preflight()),
    ],
    ids=["another port", "another scheme", "no origin", "another path", "the log-in"],
)
async def test_other_pages_and_paths_are_refused(ui, path, asked):
    """Pages of other origins have no leave; and the UI's have none but for the codec server."""
    answer = await ui.options(path, headers=asked)
    assert answer.status_code != 200
    assert "access-control-allow-origin" not in answer.headers
    sent = await ui.post(path, json=await body(), headers={"Origin": asked["Origin"], **BEARER})
    assert "access-control-allow-origin" not in sent.headers


async def test_without_an_origin_no_page_may_ask(encrypting, problem):
    """Where no UI is named, neither pages nor cookies help; the key does."""
    async with browser(encrypting, origin=None) as client:
        await log_in(client)
        assert (await client.options(DECODE, headers=preflight())).status_code == 401
        problem(await client.post(DECODE, json=await body(), headers=FROM_UI), 401, "unauthorized")
        assert (await client.post(DECODE, json=await body(), headers=BEARER)).status_code == 200


@pytest.mark.parametrize("origin", ["*", "https://*.example.com", "https://ui.example.com/", "ui.example.com", ""])
def test_an_origin_that_is_none_is_refused(origin):
    """One origin is named as browsers send it: no wildcard, no path."""
    with pytest.raises(ValidationError, match="ui_origin"):
        ApiSettings(ui_origin=origin)


async def test_uses_are_logged(ui, audit):
    """Who, what, how much, by which keys, for which namespace, from where; never what was read, and no secret."""
    await log_in(ui)
    session = ui.cookies["rotator-ui"]
    await ui.post(DECODE, json=await body(), headers=FROM_UI)
    await ui.post(ENCODE, json={"payloads": [plain('"hello"')]}, headers=BEARER)
    await ui.post(LOGIN, data={"key": "guessed"})
    await ui.post(LOGOUT)
    events = [(line["event"], line.get("who"), line.get("payloads"), line.get("keys")) for line in audit]
    assert events == [
        ("logged in for the Temporal UI", NAME, None, None),
        ("payloads were decoded", NAME, 2, [key_id(PAYLOAD_KEY)]),
        ("payloads were encoded", NAME, 1, [key_id(PAYLOAD_KEY)]),
        ("a log-in for the Temporal UI was refused", None, None, None),
        ("no key that counts", None, None, None),
        ("logged out of the Temporal UI", None, None, None),
    ]
    assert (audit[1]["namespace"], audit[1]["origin"], audit[1]["address"]) == ("rotator", UI, "127.0.0.1")
    lines = json.dumps(audit)
    assert not [secret for secret in ("survey-1", "hello", KEY, "guessed", session) if secret in lines]


@pytest.fixture
async def served(encrypting):
    """The API over HTTP: its address."""
    server = HttpServer(create_app(encrypting, ApiSettings()))
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


async def test_the_temporal_command_reads_with_it(served, temporal_settings, tmp_path):
    """`temporal workflow show` with the codec endpoint and the API key shows what is encrypted without it."""
    client = await connect(temporal_settings, RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(PAYLOAD_KEY)))
    name = f"shown-{tmp_path.name}"
    await client.start_workflow("Nothing", "open sesame", id=name, task_queue="nobody")

    async def show(*flags: str) -> str:
        process = await asyncio.create_subprocess_exec(
            str(find_binary(TemporalSettings())), "workflow", "show", "--workflow-id", name, "--output", "json",
            "--address", temporal_settings.address, "--namespace", temporal_settings.namespace, *flags,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    try:
        # the command shows Base64 in JSON
        sesame = base64.b64encode(b'"open sesame"').decode()
        assert sesame not in await show()
        flags = ("--codec-endpoint", f"{served}/v1/codec", "--codec-auth", f"Bearer {KEY}")
        assert sesame in await show(*flags)
    finally:
        await client.get_workflow_handle(name).terminate()
