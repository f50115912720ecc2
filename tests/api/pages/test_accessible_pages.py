"""Every page in Chromium, English and Czech, light and dark: axe finds nothing serious, and each fits a phone."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from api.app import create_app
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from tests.api.pages.every_page import cards, filled
from tests.api.pages.test_browser import DESKTOP, PHONE, browser, fits, opening, serious

__all__ = ["browser", "cards", "filled", "opening"]

_CUT = """
  [...document.querySelectorAll('.stacked tbody th, .stacked td')]
    .filter(cell => cell.getBoundingClientRect().right > innerWidth || cell.scrollWidth > cell.clientWidth)
    .map(cell => `${location.pathname}: cut: ${cell.innerText}`)
    .concat([...document.querySelectorAll('div.wide')]
      .filter(table => table.scrollWidth > table.clientWidth && getComputedStyle(table).backgroundImage === 'none')
      .map(table => `${location.pathname}: cut without a hint: ${table.ariaLabel}`))
"""
"""Cells that a phone does not show whole, and tables that go on behind its edge without a shadow there."""


@pytest.fixture
async def served(unconnected) -> AsyncIterator[str]:
    """Where the pages of a service without Temporal are served over HTTP."""
    server = HttpServer(create_app(unconnected, ApiSettings()))
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("cs-CZ", "dark")])
async def test_every_page_is_accessible(filled, opening, locale, scheme):
    """Each address of every route, in each of its states, with what it folds opened.

    `test_browser` has the other two pairs on the pages that are open all day.
    """
    found = []
    async with opening(key=None, path="/sign-in", locale=locale, color_scheme=scheme) as page:
        found += await wrong(page)
    async with opening(locale=locale, color_scheme=scheme) as page:
        for path in (each for each in filled if each != "/sign-in"):
            await page.set_viewport_size(DESKTOP)
            await page.goto(path)
            found += await wrong(page)
    assert found == []


async def wrong(page: Page) -> list[str]:
    """What axe finds on a desktop's screen; the page must fit a phone's, too."""
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = await serious(page)
    await page.set_viewport_size(PHONE)
    await fits(page)
    return [*found, *await page.evaluate(_CUT)]
