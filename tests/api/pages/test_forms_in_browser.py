"""A site is registered, surveyed, planned and simulated in Chromium, by what the pages show; axe on each page.

In English on a desktop and in Czech on a phone in the dark, and the registration without scripts.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import expect
from pydantic import SecretStr

from api.app import create_app
from api.settings import ApiSettings
from certificates.keystores import to_pkcs12
from certificates.new_certificate import make_self_signed
from emulator.serving.http_server import HttpServer
from rotation.values import CertificateId
from tests.api.conftest import as_registered
from tests.api.identified import KEY
from tests.api.pages.plan.test_simulation_page import played
from tests.api.pages.test_browser import DESKTOP, PHONE, browser, fits, opening, serious, served
from tests.e2e import browsing

__all__ = ["browser", "opening", "played", "served"]

ENGLISH = {
    "register": "Register a site", "name": "Name of the site", "url": "REST address of one of its servers",
    "user": "User name of a system administrator of SEPM", "server": "Name, as the SEPM console shows it",
    "address": "Address (name or IP)", "https": "HTTPS port for clients", "http": "HTTP port for clients",
    "floor": "Least wait before the first certificate, in hours",
    "purge": "SEPM deletes no client that it has not seen", "read": "Read SEPM's certificate",
    "compared": "I have compared it", "password": "Password of the SEPM account",
    "sylink": "Sylink.xml 1", "send": "Register the site",
    "survey": "Survey the site", "surveyed": "Surveyed", "plan": "Make a plan",
    "certificate": "Certificate for", "networks": "Networks that you take to let plain HTTP through",
    "simulate": "Simulate", "runs": "How many rotations", "clients": "How many clients at most",
    "stop": "Play no more", "stopped": "stopped", "calendar": "Calendar",
}  # fmt: skip
CZECH = {
    "register": "Zaregistrovat pracoviště", "name": "Název pracoviště", "url": "Adresa REST jednoho z jeho serverů",
    "user": "Uživatelské jméno správce systému SEPM", "server": "Název, jak ho ukazuje konzola SEPM",
    "address": "Adresa (jméno nebo IP)", "https": "Port HTTPS pro klienty", "http": "Port HTTP pro klienty",
    "floor": "Nejkratší čekání před prvním certifikátem (hodiny)",
    "purge": "SEPM klienty, které dlouho neviděl, nemaže", "read": "Přečíst certifikát SEPM",
    "compared": "jsem ho s certifikátem", "password": "Heslo účtu SEPM",
    "sylink": "Sylink.xml 1", "send": "Zaregistrovat pracoviště",
    "survey": "Zjistit stav pracoviště", "surveyed": "Zjištěno", "plan": "Vytvořit plán",
    "certificate": "Certifikát pro", "networks": "Sítě, o kterých soudíte, že propouštějí prosté HTTP",
    "simulate": "Simulovat", "runs": "Kolik výměn", "clients": "Kolik klientů nejvýše",
    "stop": "Dál nepřehrávat", "stopped": "zastaveno", "calendar": "Kalendář",
}  # fmt: skip


@pytest.fixture
async def sylink(spare) -> str:
    """The communication settings of the emulated site, as its console exports them."""
    control = spare["control"]
    headers = {"Authorization": f"Bearer {control['token']}"}
    async with httpx.AsyncClient(base_url=control["url"], headers=headers) as console:
        order = {"group": "My Company", "location": "Default"}
        answer = await console.post("/console/export_sylink", json=order)
        return base64.b64decode(answer.raise_for_status().json()["content_base64"]).decode()


@pytest.mark.parametrize(
    ("texts", "window"),
    [
        (ENGLISH, {"locale": "en-GB", "color_scheme": "light", "viewport": DESKTOP}),
        (CZECH, {"locale": "cs-CZ", "color_scheme": "dark", "viewport": PHONE, "has_touch": True, "is_mobile": True}),
    ],
    ids=["english-desktop", "czech-phone"],
)
async def test_a_site_is_registered_planned_and_simulated(opening, whole, spare, *, sylink, tmp_path, texts, window):
    """By the labels of the page alone; each page fits its screen, and axe finds nothing serious on it."""
    await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    document = as_registered(spare)
    (server,) = document["servers"]
    found = []
    async with opening(**window) as page:

        async def looked():
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            await fits(page)
            found.extend(await serious(page))

        async def fill(**values: str):
            for name, value in values.items():
                await page.get_by_label(texts[name]).first.fill(value)

        await page.get_by_role("link", name=texts["register"]).click()
        await fill(name=tmp_path.name, url=document["rest_url"], user=document["username"])
        await fill(server=server["name"], address=server["address"])
        await fill(https=str(server["https_port"]), http=str(server["http_port"]))
        await looked()
        await fill(floor="0")
        await page.get_by_label(texts["purge"]).check()
        await page.get_by_role("button", name=texts["read"]).click()
        await page.get_by_label(texts["compared"]).check()
        await looked()
        await fill(password=document["password"])
        await page.get_by_label(texts["sylink"]).set_input_files(
            {"name": "Sylink.xml", "mimeType": "text/xml", "buffer": sylink.encode()}
        )
        await page.get_by_role("button", name=texts["send"]).click()
        await page.get_by_role("button", name=texts["survey"]).click()
        await expect(page.get_by_text(texts["surveyed"]).first).to_be_visible(timeout=browsing.TIMEOUT)
        await looked()
        await page.get_by_role("link", name=texts["plan"]).click()
        await looked()
        await page.get_by_label(texts["certificate"]).select_option(index=1)
        await fill(networks="10.0.0.0/16")
        await page.get_by_role("button", name=texts["plan"]).click()
        await page.wait_for_url("**/plans/plan-*", timeout=browsing.TIMEOUT)
        await looked()
        await page.get_by_role("link", name=texts["simulate"]).click()
        await looked()
        await fill(runs="100", clients="20")
        await page.get_by_role("button", name=texts["simulate"]).click()
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await page.get_by_role("button", name=texts["stop"]).click()
        await expect(page.get_by_text(texts["stopped"], exact=True)).to_be_visible(timeout=browsing.TIMEOUT)
        await looked()
        await page.get_by_role("link", name=texts["calendar"], exact=True).click()
        await looked()
        await page.goto("/registration/offline")
        await looked()
    assert found == []


@pytest.mark.parametrize("window", [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}], ids=str)
async def test_what_came_of_a_simulation_and_a_curve_are_read_by_all(browser, unconnected, played, window):
    """The result with a client that was lost, and the coverage of a gate: they fit a phone, and axe finds nothing."""
    server = HttpServer(create_app(unconnected, ApiSettings()))
    await server.start()
    context = await browser.new_context(**window, base_url=f"http://127.0.0.1:{server.port}")
    try:
        page = await context.new_page()
        await page.goto("/sign-in")
        await page.locator("#key").fill(KEY)
        await page.locator("main button").click()
        for path in (played, "/rotations/rot-1"):
            await page.goto(path)
            await fits(page)
            assert await serious(page) == []
        await expect(page.locator("figure.curve svg").first).to_be_visible()
        assert await page.locator("figure.curve polyline").bounding_box() is not None
    finally:
        await context.close()
        await server.stop()


async def test_a_site_is_registered_without_scripts(opening, spare, store, tmp_path):
    """The form is sent twice: for the certificate, and with it confirmed."""
    document = as_registered(spare)
    (server,) = document["servers"]
    async with opening(path="/registration", java_script_enabled=False) as page:
        for name, value in (("name", tmp_path.name), ("rest_url", document["rest_url"]), ("username", "admin")):
            await page.locator(f'[name="{name}"]').fill(value)
        for name in ("name", "address", "https_port", "http_port"):
            await page.locator(f'[name="servers.0.{name}"]').fill(str(server[name]))
        await page.get_by_role("button", name=ENGLISH["read"]).click()
        await page.get_by_label(ENGLISH["compared"]).check()
        await page.get_by_label(ENGLISH["password"]).fill(document["password"])
        await page.get_by_role("button", name=ENGLISH["send"]).click()
        await page.wait_for_url("**/sites/*", timeout=browsing.TIMEOUT)
    assert [each.name for each in await store.sites.list()] == [tmp_path.name]


@pytest.mark.parametrize(
    ("change", "why", "window"),
    [
        ("Change the limits", "Why", {"locale": "en-GB", "java_script_enabled": False}),
        ("Změnit limity", "Proč", {"locale": "cs-CZ", "color_scheme": "dark", "viewport": PHONE, "is_mobile": True}),
    ],
    ids=["english-without-scripts", "czech-phone"],
)
async def test_limits_are_changed_and_a_certificate_is_brought(opening, site, store, *, change, why, window):
    """From the page of the site, by labels; what the site then shows is what is stored."""
    async with opening(path=f"/sites/{site}", **window) as page:
        await page.get_by_role("link", name=change).click()
        await page.locator('[name="limits.away_limit"]').fill("45")
        await page.get_by_label(why).first.fill("long holidays")
        if window.get("java_script_enabled", True):
            await fits(page)
            assert await serious(page) == []
        await page.get_by_role("button", name=change).click()
        await page.wait_for_url(f"**/sites/{site}#limits")
        assert (await store.sites.get(site)).limits.away_limit.days == 45
        await page.goto(f"/sites/{site}/plans")
        await page.locator("summary").nth(1).click()
        made = make_self_signed(
            ("sepm1.test",), identity=CertificateId(""), now=datetime.now(UTC), valid_for=timedelta(days=90)
        )
        file: Any = {"name": "c.p12", "mimeType": "", "buffer": to_pkcs12(made, SecretStr("pass word"))}
        await page.locator('[name="file_base64"]').set_input_files(file)
        await page.locator('[name="password"]').fill("pass word")
        if window.get("java_script_enabled", True):
            await fits(page)
            assert await serious(page) == []
        await page.locator('form[action$="/certificates/file"] button').click()
        await page.wait_for_url("**?made=cert-*")
        assert [each.subject for each in await store.certificates.list()] == ["CN=sepm1.test"]
