"""A log-in by OpenID Connect in a real browser, at a provider that is not ours, of a `rotator up`."""

import base64
import json
import secrets
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from engine.process.ports import choose_ports
from tests.e2e.house import Program, look_until
from tests.programs import program

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_PROVIDER = """print("{}", flush=True)  # it has no line of its own that would say that it runs
import runpy; runpy.run_module("oidc_provider_mock", alter_sys=True, run_name="__main__")"""
TIMEOUT = 60_000
"""Milliseconds."""
PAYLOADS = '{"payloads": []}'
PEOPLE = {
    "00u-ann": {"name": "Ann Admin", "groups": ["sepm-admins", "everybody"]},
    "00u-vic": {"name": "Vic Viewer", "groups": ["sepm-viewers"]},
    "00u-eve": {"name": "Eve Else", "groups": ["everybody"]},
}
GRANTS = {"sepm-admins": {"roles": ["admin"]}, "sepm-viewers": {"roles": ["viewer"]}}


@pytest.fixture(scope="module")
async def provider(tmp_path_factory) -> AsyncIterator[str]:
    """The address of the provider: a host that is another site to a browser than 127.0.0.1, where the service is."""
    (port,) = choose_ports("127.0.0.1", 0)
    folder, where = tmp_path_factory.mktemp("provider"), f"http://localhost:{port}"
    command = (sys.executable, "-c", _PROVIDER)
    running = await Program.run(folder, "provider", (*command, "--port", str(port)), {})
    async with httpx.AsyncClient(trust_env=False) as client:

        async def ready() -> bool:
            try:
                return (await client.get(f"{where}/.well-known/openid-configuration")).status_code == 200
            except httpx.TransportError:
                return False

        try:
            await look_until(ready, bool, "the provider answers")
            for subject, claims in PEOPLE.items():
                assert (await client.put(f"{where}/users/{subject}", json=claims)).status_code == 204
            yield where
        finally:
            await running.stop()


@pytest.fixture(scope="module")
async def service(provider, tmp_path_factory) -> AsyncIterator[Program]:
    """A `rotator up` that trusts the provider."""
    folder = tmp_path_factory.mktemp("service")
    files = {"payload.keys": base64.b64encode(secrets.token_bytes(32)).decode(), "client.secret": "s3cret"}
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
        (folder / name).chmod(0o600)
    (port,) = choose_ports("127.0.0.1", 0)
    command = ("-m", "cli.main", "up", "--folder", str(folder / "var"), "--json", "--port", str(port))
    running = await Program.run(
        folder,
        "up",
        (sys.executable, *command, "--temporal-port", "0", "--ui-port", "0"),
        {
            "ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE": str(folder / "payload.keys"),
            "ROTATOR_OIDC_ISSUER": provider,
            "ROTATOR_OIDC_CLIENT_ID": "rotator",
            "ROTATOR_OIDC_CLIENT_SECRET_FILE": str(folder / "client.secret"),
            "ROTATOR_OIDC_REDIRECT_URI": f"http://127.0.0.1:{port}/v1/login/oidc/callback",
            "ROTATOR_OIDC_AUDIENCE": "api://rotator",
            "ROTATOR_OIDC_ROLES_CLAIM": "groups",
            "ROTATOR_OIDC_GRANTS": json.dumps(GRANTS),
        },
    )
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, as the system has it."""
    chromium = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium, args=[*FLAGS])
        try:
            yield started
        finally:
            await started.close()


@pytest.fixture
async def page(browser) -> AsyncIterator[Page]:
    """A new browser without any cookie."""
    context = await browser.new_context()
    context.set_default_timeout(TIMEOUT)
    try:
        yield await context.new_page()
    finally:
        await context.close()


def page_of(service: Program) -> str:
    """The log-in page, at the address of the API: the provider knows that one."""
    return f"{service.printed['api']}/v1/codec/login"


async def go_to_provider(page: Page, service: Program, provider: str) -> None:
    """From the log-in page to that of the provider."""
    await page.goto(page_of(service))
    await page.get_by_role("link", name="Log in with the company's log-in").click()
    await expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible(timeout=TIMEOUT)
    assert page.url.startswith(f"{provider}/")


async def log_in(page: Page, service: Program, provider: str, subject: str) -> None:
    """As a person does."""
    await go_to_provider(page, service, provider)
    await page.locator("input[name=sub]").fill(subject)
    await page.get_by_role("button", name="Authorize", exact=True).click()


async def decoded(page: Page, service: Program) -> int:
    """What the codec server answers a page of the UI in this browser."""
    address = page_of(service).replace("/login", "/decode")
    answer = await page.request.post(address, data=PAYLOADS, headers={"Origin": service.printed["ui"]})
    return answer.status


async def test_a_person_logs_in_and_out(page, service, provider):
    """There, back, and on to the log-in page under the name that the provider gave; the session reads payloads."""
    assert await decoded(page, service) == 401
    await log_in(page, service, provider, "00u-ann")
    await expect(page.get_by_text("You are logged in as Ann Admin")).to_be_visible(timeout=TIMEOUT)
    assert page.url == page_of(service), "no code is left in the address"
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies(page_of(service))}
    assert set(cookies) == {"rotator-ui"}
    session: Any = cookies["rotator-ui"]
    assert (session["httpOnly"], session["sameSite"], session["path"]) == (True, "Strict", "/")
    assert await page.evaluate("document.cookie") == ""
    assert await decoded(page, service) == 200

    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("API key")).to_be_visible(timeout=TIMEOUT)
    assert await decoded(page, service) == 401


async def test_what_a_person_may_comes_from_the_provider(page, service, provider):
    """A viewer logs in and reads no payloads; a person without a role is not let in, and reads why."""
    await log_in(page, service, provider, "00u-vic")
    await expect(page.get_by_text("You are logged in as Vic Viewer")).to_be_visible(timeout=TIMEOUT)
    assert await decoded(page, service) == 403
    await page.get_by_role("button", name="Log out").click()

    await log_in(page, service, provider, "00u-eve")
    await expect(page.get_by_role("alert")).to_contain_text("ROTATOR_OIDC_GRANTS", timeout=TIMEOUT)
    assert await decoded(page, service) == 401


async def test_a_person_who_is_not_let_in_reads_so(page, service, provider):
    """The page is the log-in page again, and takes keys. This provider forgets the state when it refuses."""
    await go_to_provider(page, service, provider)
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("alert")).to_contain_text("is not accepted", timeout=TIMEOUT)
    await expect(page.get_by_label("API key")).to_be_visible()
    assert await decoded(page, service) == 401


async def test_a_page_of_another_site_opens_no_session(page, service):
    """A link with a code and a state of an attacker's own log-in leads a browser nowhere (log-in CSRF)."""
    async with httpx.AsyncClient(trust_env=False) as attacker:
        there = (await attacker.get(page_of(service).replace("codec/login", "login/oidc"))).headers
        answer = await attacker.post(there["location"], data={"sub": "00u-ann"})
    await page.goto(answer.headers["location"])
    await expect(page.get_by_role("alert")).to_contain_text("begun no log-in", timeout=TIMEOUT)
    assert await decoded(page, service) == 401


async def test_the_log_has_names_and_no_token(page, service, provider):
    """Who has logged in, as whom; neither code, token nor secret in the files that the service writes."""
    await log_in(page, service, provider, "00u-ann")
    await expect(page.get_by_text("You are logged in as Ann Admin")).to_be_visible(timeout=TIMEOUT)
    logs = "".join(log.read_text() for log in service.logs)
    lines = [json.loads(line) for line in logs.splitlines() if '"logged in for the Temporal UI"' in line]
    assert lines[-1]["who"] == "Ann Admin"
    assert not [text for text in ("eyJ", "s3cret", "code=", "state=") if text in logs]
