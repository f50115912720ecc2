"""A person who looks at the Temporal UI of a service in a real browser."""

from typing import Any

from playwright.async_api import Page, expect

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # a newer Chromium asks before a page reaches this machine: the service must not lean on that
    "--disable-features=LocalNetworkAccessChecks",
)
TIMEOUT = 60_000
"""Milliseconds: the page loads slowly while other tests run."""
REBOUND = "rebound.example"
"""A name of a foreign page, whose owner has it point to this machine."""
RESOLVING = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"


async def sees(page: Page, text: str) -> None:
    """Wait until a text is there to be seen; the UI keeps a hidden copy of some for small screens."""
    await expect(page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=TIMEOUT)


async def log_in(page: Page, house: Any, here: str = "") -> None:
    """Open a page of the UI, whose log-in comes first, and be there."""
    here = here or house.program.printed["ui"] + "/namespaces/rotator/workflows"
    await page.goto(here)
    await page.get_by_label("API key").fill(house.key)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(here)


async def log_out(page: Page, house: Any) -> None:
    """End the session of this browser."""
    await page.goto(house.program.printed["ui"] + "/v1/codec/login")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("API key")).to_be_visible(timeout=TIMEOUT)


async def history_of(house: Any, rotation: dict[str, Any]) -> str:
    """The address of the page that shows the whole history in the UI."""
    run = (await (await house.rotation(rotation["site_id"])).describe()).run_id
    workflow = f"rotate%2F{rotation['site_id']}"
    return f"{house.program.printed['ui']}/namespaces/rotator/workflows/{workflow}/{run}/history"
