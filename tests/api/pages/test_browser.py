"""The pages in Chromium: English and Czech, desktop and phone, with and without scripts, light and dark; axe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from api.app import create_app
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from rotation.identity.permission import Role
from tests.api.identified import KEY, key_of
from tests.api.pages.test_rotation_page import started
from tests.e2e import browsing
from tests.programs import program

PHONE: ViewportSize = {"width": 375, "height": 740}
DESKTOP: ViewportSize = {"width": 1400, "height": 1000}
FIRST_LOAD = 60_000
"""Bytes of all that a browser loads to show home for the first time, compressed as they travel."""
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, as the system has it."""
    chromium = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    async with async_playwright() as driver:
        begun = await driver.chromium.launch(executable_path=chromium, args=list(browsing.FLAGS))
        try:
            yield begun
        finally:
            await begun.close()


@pytest.fixture
async def served(connected) -> AsyncIterator[str]:
    """Where the pages are served over HTTP."""
    server = HttpServer(create_app(connected, ApiSettings()))
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


@pytest.fixture
def opening(browser, served):
    """Opens a browser window of a person who has signed in there; whatever a script or the policy refuses fails."""

    @asynccontextmanager
    async def window(key: str | None = KEY, path: str = "/", **options) -> AsyncIterator[Page]:
        context = await browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options}, base_url=served)
        context.set_default_timeout(browsing.TIMEOUT)
        page, wrong = await context.new_page(), []
        page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        try:
            await page.goto(path)
            if key is not None:
                await page.locator("#key").fill(key)
                await page.locator("main button").click()
                await page.wait_for_url(f"**{path}")
            yield page
            assert wrong == []
        finally:
            await context.close()

    return window


@pytest.fixture
async def task(whole, plan, until):
    """The first console task of a rotation that runs."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (found,) = await until(tasks, bool)
    return found


async def fits(page: Page) -> None:
    """Nothing of the page is wider than the screen, once its style has come."""
    await page.wait_for_load_state("load")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


async def shows(page: Page, text: str) -> None:
    """Wait until the page of a rotation shows a text where it says how that stands."""
    await expect(page.locator("#state")).to_contain_text(text, timeout=browsing.TIMEOUT)


@pytest.mark.parametrize("locale", ["en-GB", "cs-CZ"])
async def test_an_operator_does_a_task_on_a_phone(opening, task, whole, locale):
    """From home to the card, claimed and done by what the card says; each page fits the screen."""
    texts = {
        "en-GB": (task["title"], "Claim the task", "File name", "SHA-256 of the file", "It is done", "done: ann,"),
        "cs-CZ": (
            "Zkopírovat soubor pro obnovení serveru SEPM-1 na jiný počítač",
            "Převzít úkol",
            "Název souboru",
            "SHA-256 souboru",
            "Je to hotové",
            "hotový: ann,",
        ),
    }
    title, claim, name, digest, done, closed = texts[locale]
    async with opening(locale=locale, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        await fits(page)
        await page.get_by_role("link", name=title, exact=True).click()
        await fits(page)
        await page.get_by_role("button", name=claim).click()
        await expect(page.get_by_role("button", name=claim)).to_have_count(0, timeout=browsing.TIMEOUT)
        await page.get_by_label(name, exact=True).fill("recovery_2026.zip")
        await page.get_by_label(digest, exact=True).fill("ab" * 32)
        await page.get_by_role("button", name=done).click()
        await expect(page.get_by_text(closed)).to_be_visible(timeout=browsing.TIMEOUT)
        await fits(page)
    assert (await whole.get(f"/v1/tasks/{task['id']}")).json()["state"] == "done"


async def test_a_page_without_scripts_is_read_and_used(opening, task):
    """A browser that runs none shows everything, and sends forms."""
    async with opening(path=f"/rotations/{task['rotation_id']}", java_script_enabled=False) as page:
        await expect(page.locator('[aria-current="step"]')).to_be_visible()
        await page.get_by_text("Hold", exact=True).first.click()
        await page.locator('form[action$="/hold"] textarea').fill("a change freeze")
        await page.locator('form[action$="/hold"] button').click()
        await shows(page, "ann holds the rotation: a change freeze.")


async def test_the_page_of_a_rotation_lives(opening, task, whole):
    """What happens is shown without loading again; a form that is being filled in stays, and the page says so."""
    address = f"/v1/rotations/{task['rotation_id']}"
    async with opening(path=f"/rotations/{task['rotation_id']}") as page:
        await shows(page, "An operator claims it")
        assert (await whole.post(f"/v1/tasks/{task['id']}/claim", json={})).status_code == 200
        await shows(page, "ann does the task")
        await page.get_by_text("Hold", exact=True).first.click()
        await page.locator('form[action$="/hold"] textarea').fill("half a reas")
        assert (await whole.post(f"{address}/hold", json={"why": "another person"})).status_code == 200
        await shows(page, "ann holds the rotation")
        await expect(page.locator("#changed")).to_be_visible(timeout=browsing.TIMEOUT)
        assert await page.locator('form[action$="/hold"] textarea').input_value() == "half a reas"


async def test_the_first_load_is_small_and_of_this_service(opening, served):
    """Home and its files travel in less than 60 kB, and nothing comes from another host."""
    async with opening() as page:
        sizes, hosts = [], set()

        async def note(request):
            sizes.append((await request.sizes())["responseBodySize"])
            hosts.add(request.url.split("/")[2] if "://" in request.url else "data")

        page.on("requestfinished", note)
        await page.goto("/", wait_until="networkidle")
        await page.wait_for_timeout(1)
    assert 0 < sum(sizes) < FIRST_LOAD
    assert hosts <= {served.split("/")[2], "data"}


@pytest.mark.parametrize("locale", ["en-GB", "cs-CZ"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(opening, task, *, connected, whole, locale, scheme):
    """On every page: contrast, names of fields, headings, landmarks, tables, language."""
    rotation, site = task["rotation_id"], task["site_id"]
    plan = (await whole.get(f"/v1/rotations/{rotation}")).json()["plan_id"]
    await whole.post(f"/v1/tasks/{task['id']}/refused", json={"why": "axe looks at a question, too"})
    viewer = await key_of(connected.store, "vera", Role.VIEWER)
    pages = ("/", f"/sites/{site}", f"/plans/{plan}", f"/rotations/{rotation}", f"/rotations/{rotation}/clients")
    found = []
    async with opening(key=None, path="/sign-in", locale=locale, color_scheme=scheme) as page:
        found += await serious(page)
    async with opening(locale=locale, color_scheme=scheme) as page:
        for path in (*pages, f"/tasks/{task['id']}"):
            await page.goto(path)
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            found += await serious(page)
    async with opening(viewer, locale=locale, color_scheme=scheme, viewport=PHONE) as page:
        for path in (*pages, f"/tasks/{task['id']}"):
            await page.goto(path)
            await fits(page)
            found += await serious(page)
    assert found == []


async def serious(page: Page, **options) -> list[str]:
    """What axe finds serious on a page, by some of its rules where `options` name them."""
    results = await Axe().run(page, options=options or None)
    return [
        f"{page.url}: {each['id']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in results.response["violations"]
        if each["impact"] in SERIOUS
    ]
