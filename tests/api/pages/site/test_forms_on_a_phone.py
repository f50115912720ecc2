"""A Czech administrator with a phone and a keyboard: a wish is approved, a certificate ordered, a restore asked for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from api.app import create_app
from api.parts import Authority
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from rotation.identity.permission import Role
from store.progress import Progress, RotationStatus
from tests.api.identified import KEY, key_of
from tests.api.pages.conftest import reading
from tests.api.pages.site.test_limits_page import SITE, wished
from tests.api.pages.test_browser import PHONE, browser, fits, serious
from tests.e2e.browsing import TIMEOUT

__all__ = ["browser"]

TABS = 60
"""So many elements of a page may stand before a button."""


@pytest.fixture
async def page(browser, unconnected, store, rotating) -> AsyncIterator[Page]:
    """Home of an admin, where another one has wished lower limits; the service has an authority, and no Temporal."""
    assert rotating == SITE
    authority = Authority("https://ca.example.org/acme/directory", timedelta(hours=1))
    parts = replace(unconnected, rehearsal=False, authority=authority)
    async with reading(parts, await key_of(store, "ben", Role.ADMIN)) as other:
        assert (await wished(other, store)).status_code == 409
    server = HttpServer(create_app(parts, ApiSettings()))
    await server.start()
    context = await browser.new_context(viewport=PHONE, locale="cs-CZ", base_url=f"http://127.0.0.1:{server.port}")
    context.set_default_timeout(TIMEOUT)
    try:
        shown = await context.new_page()
        await shown.goto("/sign-in")
        await shown.locator("#key").fill(KEY)
        await shown.keyboard.press("Enter")
        await shown.wait_for_url("**/")
        yield shown
    finally:
        await context.close()
        await server.stop()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name has the focus; it is seen on the screen then."""
    of_focus = "(each => each.labels?.[0]?.innerText || each.innerText || '')(document.activeElement)"
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if str(await page.evaluate(of_focus)).strip() == name:
            await expect(page.locator(":focus")).to_be_in_viewport()
            return
    raise AssertionError(f"{name} is not reached by Tab at {page.url}")


async def fits_everybody(page: Page) -> None:
    """It fits the phone, and axe finds nothing serious, in light and in dark."""
    await fits(page)
    assert await serious(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await serious(page, runOnly=["color-contrast"]) == []
    await page.emulate_media(color_scheme="light")


async def test_a_wish_is_approved_by_keyboard(page, store):
    """From home to the site, where the reason and the button are reached by Tab."""
    await fits_everybody(page)
    await expect(page.get_by_text("ben chce limity nižší, než žádá výrobce: a short night")).to_be_visible()
    await tab_to(page, "Vienna")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sites/site-1#limits")
    await fits_everybody(page)
    await page.goto("/sites/site-1/limits")
    await fits_everybody(page)
    await tab_to(page, "Proč")
    await page.keyboard.type("souhlasím")
    await tab_to(page, "Schválit tyto limity")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sites/site-1#limits")
    await expect(page.get_by_text("chce limity nižší")).to_have_count(0)
    assert (await store.sites.get(SITE)).limits.relax_floor == timedelta(hours=1)


async def test_a_certificate_is_ordered_by_keyboard(page, store):
    """The form opens by Enter; the page of the order fits with its long address, and is linked from the form."""
    await page.goto("/sites/site-1/plans")
    await tab_to(page, "Objednat certifikát od vaší autority")
    await page.keyboard.press("Enter")
    await fits_everybody(page)
    await tab_to(page, "Objednat")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sites/site-1/orders/*/*")
    await fits_everybody(page)
    await expect(page.get_by_text("Objednávka se podává u autority.")).to_be_visible()
    await page.goto("/sites/site-1/plans")
    await expect(page.get_by_role("link", name="Objednávka probíhá")).to_be_visible()
    assert len(await store.certificate_orders.running()) == 1
    await page.goto("/sites/site-1/orders?everything=1")
    await fits_everybody(page)
    await expect(page.get_by_text("Objednávka se podává u autority.")).to_be_visible()


async def test_a_refused_restore_keeps_what_was_typed(page, store, make):
    """The file is asked for again, what is wrong stands beside it, and the reason is still there."""
    await store.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.t0)
    await page.goto("/sites/site-1")
    await tab_to(page, "Obnovit pracoviště")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sites/site-1/restore")
    await fits_everybody(page)
    await tab_to(page, "Proč")
    await page.keyboard.type("databáze je pryč")
    await tab_to(page, "Služba ztratila svůj záznam")
    await page.keyboard.press("Enter")
    broken = {"name": "originals.json", "mimeType": "application/json", "buffer": b"{"}
    await page.get_by_label("Soubor s původním nastavením").set_input_files(broken)
    await tab_to(page, "Obnovit pracoviště")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await fits_everybody(page)
    assert await page.get_by_label("Proč").input_value() == "databáze je pryč"
    await expect(page.locator("#e-originals-1")).to_be_visible()


async def test_a_refused_recovery_keeps_what_was_typed(page, store, make):
    """Each server has its fields; what is missing stands beside its field, and what was typed is still there."""
    await store.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.t0)
    await page.goto("/sites/site-1")
    await tab_to(page, "Vrátit certifikát")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sites/site-1/recovery")
    await fits_everybody(page)
    await tab_to(page, "Soubor pro obnovení serveru sepm1")
    await page.keyboard.press("Enter")
    await tab_to(page, "Název souboru")
    await page.keyboard.type("recovery_1.zip")
    await fits_everybody(page)
    await tab_to(page, "Vytvořit plán")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await fits_everybody(page)
    assert await page.locator('[name="files.sepm1.name"]').input_value() == "recovery_1.zip"
    await expect(page.locator('[id="e-files.sepm1.sha256-1"]')).to_be_visible()
