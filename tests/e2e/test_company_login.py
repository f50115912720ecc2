"""A log-in by OpenID Connect in a real browser, at a provider that is not ours, of a `rotator up`."""

import base64
import json
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from engine.process.ports import choose_ports
from tests.e2e.browsing import TIMEOUT, sees
from tests.e2e.house import Program, look_until

_PROVIDER = """print("{}", flush=True)  # it has no line of its own that would say that it runs
import runpy; runpy.run_module("oidc_provider_mock", alter_sys=True, run_name="__main__")"""
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
    (ui_port,) = choose_ports("127.0.0.1", 0)
    command = ("-m", "cli.main", "up", "--folder", str(folder / "var"), "--json", "--ui-port", str(ui_port))
    running = await Program.run(
        folder,
        "up",
        (sys.executable, *command, "--port", "0", "--temporal-port", "0"),
        {
            "ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE": str(folder / "payload.keys"),
            "ROTATOR_OIDC_ISSUER": provider,
            "ROTATOR_OIDC_CLIENT_ID": "rotator",
            "ROTATOR_OIDC_CLIENT_SECRET_FILE": str(folder / "client.secret"),
            "ROTATOR_OIDC_REDIRECT_URI": f"http://127.0.0.1:{ui_port}/v1/login/oidc/callback",
            "ROTATOR_OIDC_AUDIENCE": "api://rotator",
            "ROTATOR_OIDC_ROLES_CLAIM": "groups",
            "ROTATOR_OIDC_GRANTS": json.dumps(GRANTS),
            "ROTATOR_OIDC_LINK_FIRST": "false",
        },
    )
    try:
        yield running
    finally:
        await running.stop()


def workflows(service: Program) -> str:
    """A page of the Temporal UI."""
    return f"{service.printed['ui']}/namespaces/rotator/workflows"


def key_of(service: Program) -> str:
    """The first key, an admin's."""
    return Path(service.printed["api_key_file"]).read_text().strip()


async def go_to_provider(page: Page, service: Program, provider: str) -> None:
    """From a page of the Temporal UI, by way of its log-in, to that of the provider."""
    await page.goto(workflows(service))
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
    address = f"{service.printed['ui']}/v1/codec/decode"
    return (await page.request.post(address, data=PAYLOADS, headers={"Origin": service.printed["ui"]})).status


async def log_out(page: Page, service: Program) -> None:
    """End the session of this browser."""
    await page.goto(f"{service.printed['ui']}/v1/codec/login")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("API key")).to_be_visible(timeout=TIMEOUT)


async def test_a_person_logs_in_and_out(page, service, provider):
    """There, back, and on to the page of the UI that was asked for, which shows itself; until the log-out."""
    assert await decoded(page, service) == 401
    await log_in(page, service, provider, "00u-ann")
    await page.wait_for_url(workflows(service))
    await sees(page, "Workflows")
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies(service.printed["ui"])}
    session: Any = cookies["rotator-ui"]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    assert "rotator-log-in" not in cookies
    assert "rotator-ui" not in await page.evaluate("document.cookie")
    assert await decoded(page, service) == 200
    await page.goto(f"{service.printed['ui']}/v1/codec/login")
    await expect(page.get_by_text("You are logged in as Ann Admin")).to_be_visible(timeout=TIMEOUT)

    await log_out(page, service)
    assert await decoded(page, service) == 401


async def test_what_a_person_may_comes_from_the_provider(page, service, provider):
    """A viewer logs in and sees no UI, which shows all sites; a person without a role is not let in, and reads why."""
    await log_in(page, service, provider, "00u-vic")
    await page.wait_for_url(workflows(service))
    await sees(page, "/problems/forbidden")
    assert await decoded(page, service) == 403
    await log_out(page, service)

    await log_in(page, service, provider, "00u-eve")
    await expect(page.get_by_role("alert")).to_contain_text("ROTATOR_OIDC_GRANTS", timeout=TIMEOUT)
    assert await decoded(page, service) == 401


async def test_a_person_who_is_not_let_in_reads_so(page, service, provider):
    """The page is the log-in page again, and takes keys. This provider forgets the state when it refuses."""
    await go_to_provider(page, service, provider)
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("alert")).to_contain_text("is not accepted", timeout=TIMEOUT)
    assert await decoded(page, service) == 401
    await page.get_by_label("API key").fill(key_of(service))
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(page.get_by_text("You are logged in as")).to_be_visible(timeout=TIMEOUT)
    assert await decoded(page, service) == 200


async def test_a_page_of_another_site_opens_no_session(page, service):
    """A link with a code and a state of an attacker's own log-in leads a browser nowhere (log-in CSRF)."""
    async with httpx.AsyncClient(trust_env=False) as attacker:
        there = (await attacker.get(f"{service.printed['ui']}/v1/login/oidc")).headers["location"]
        answer = await attacker.post(there, data={"sub": "00u-ann"})
    await page.goto(answer.headers["location"])
    await expect(page.get_by_role("alert")).to_contain_text("begun no log-in", timeout=TIMEOUT)
    assert await decoded(page, service) == 401


async def test_the_log_has_names_and_no_token(page, service, provider):
    """Who has logged in, as whom; neither code, token nor secret in the files that the service writes."""
    await log_in(page, service, provider, "00u-ann")
    await page.wait_for_url(workflows(service))
    logs = "".join(log.read_text() for log in service.logs)
    lines = [json.loads(line) for line in logs.splitlines() if '"logged in for the Temporal UI"' in line]
    assert lines[-1]["who"] == "Ann Admin"
    assert not [text for text in ("eyJ", "s3cret", "code=", "state=") if text in logs]
