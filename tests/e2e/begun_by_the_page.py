"""What comes before a rotation, by the pages alone: a site is registered, planned, played and started."""

import base64
from contextlib import suppress
from typing import Any

from playwright.async_api import Error

from tests.e2e.emulated import LIMITS, LONG_TIMEOUT, Site
from tests.e2e.house import look_until
from tests.e2e.operated import Operated

_FIELDS = {"relax_floor": "0.0014", "publish_delay": "0.0167", "gate_patience": "0.0035"}
"""The quick limits of an emulated site, in the units of the form: hours, minutes, days."""
_OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"


async def register(person: Operated, site: Site) -> None:
    """Compare the certificate, then give the account, the servers, and the file that each list exports."""
    page, printed = person.page, site.program.printed
    assert _FIELDS.keys() < LIMITS.keys()
    await person.go("/registration")
    plain = {"name": printed["site"], "rest_url": printed["rest"]["url"], "username": printed["rest"]["user"]}
    for place, server in enumerate(printed["servers"]):
        if place:
            await page.locator('button[value="row"]').click()
        for name in ("name", "address", "https_port", "http_port"):
            await page.locator(f'[name="servers.{place}.{name}"]').fill(str(server[name]))
    limits = {f"limits.{name}": value for name, value in _FIELDS.items()}
    await page.evaluate(_OPEN_ALL)
    for name, value in (plain | {"domain": printed["rest"]["domain"]} | limits).items():
        await page.locator(f'[name="{name}"]').fill(value)
    await page.locator('[name="limits.no_purge"]').check()
    await page.locator('button[value="look"]').click()
    shown = await page.locator('[name="presented"]').get_attribute("value")
    assert shown == printed["rest"]["fingerprint_sha256"]
    await page.locator('[name="trust.fingerprint_sha256"]').check()
    await page.locator('[name="password"]').fill(printed["rest"]["password"])
    await page.evaluate(_OPEN_ALL)
    sylink = await site.console("export_sylink", group="My Company", location="Default")
    file: Any = {
        "name": "Sylink.xml",
        "mimeType": "text/xml",
        "buffer": base64.b64decode(sylink["content_base64"]),
    }
    await page.locator('[name="sylinks.0"]').set_input_files(file)
    await page.locator('button[value="register"]').click()
    await page.wait_for_url("**/sites/*")
    site.id = page.url.rsplit("/", 1)[1]


async def plan(person: Operated, site: Site) -> str:
    """Have a certificate made, and choose it for every server; the path of the plan that was made."""
    page = person.page
    await person.go(f"/sites/{site.id}/plans")
    await page.evaluate(_OPEN_ALL)
    made_here = page.locator(f'form[action="/sites/{site.id}/certificates"]')
    await made_here.locator("button").click()
    await page.wait_for_url(f"**/sites/{site.id}/plans*")

    async def made() -> bool:
        await person.go(f"/sites/{site.id}/plans")
        await page.locator('[name="certificate-*"]').select_option(index=1)
        await page.locator('[name="trusted_networks"]').fill("10.0.0.0/16")
        await page.locator(f'form[action="/sites/{site.id}/plans"] button').click()
        return "/plans/" in page.url

    await look_until(made, bool, "the plan is made")
    return page.url.removeprefix(person.home)


async def simulate(person: Operated, path: str) -> str:
    """Play the plan once; what the page says when it has been played."""
    page = person.page
    await person.go(f"{path}/simulations")
    await page.locator('[name="runs"]').fill("1")
    await page.locator('form[action$="/simulations"] button').click()
    await page.wait_for_url("**/simulations/*")

    async def played() -> str:
        with suppress(Error):  # the page loads itself
            await page.reload()
            if await page.locator("main p.why").count():
                return await page.locator("main p.why").inner_text()
        return ""

    return str(await look_until(played, bool, "the plan is played", LONG_TIMEOUT))


async def start(people: tuple[Operated, Operated], path: str) -> str:
    """Both persons read the plan and start it; the rotation."""
    for person in people:
        await person.go(path)
        await person.page.locator("#why").fill("the old certificate ends")
        await person.page.locator('form[action$="/start"] button').click()
    await people[1].page.wait_for_url("**/rotations/*")
    return people[1].page.url.rsplit("/", 1)[1]
