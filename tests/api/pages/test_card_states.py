"""Every kind of card, and every state of one, in Chromium: axe, both languages, light and dark, and a phone's width."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.app import create_app
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from rotation.plan.card.additions import asked_again
from rotation.plan.card.cards import instructions
from rotation.plan.work.task import TaskState, evidence_for
from rotation.values import TaskId
from tests.api.identified import KEY
from tests.api.pages.test_browser import PHONE, browser, fits, serious
from tests.e2e.browsing import TIMEOUT
from tests.rotation.plan.card.test_cards import WORKS, replacing

__all__ = ["browser"]

SHARES = 4
"""Tests of each language, so that none takes long."""


@pytest.fixture
async def cards(store, make, rotating) -> list[str]:
    """A card of each kind of work, and a replacement in each state that a page shows in another way."""
    assert rotating == "site-1"
    later = {"proof_until": make.at(days=3650), "begin_until": make.at(days=3650)}
    ended = {"closed_at": make.at(hours=1), "closed_by": "ann", "note": "as asked", "attestation": {"sha256": "ab"}}
    states = [
        {"claimed_by": "ann", "state": TaskState.CLAIMED},
        {"claimed_by": "ann", "state": TaskState.CLAIMED, **later},
        {"claimed_by": "ann", "state": TaskState.CLAIMED, **later, "begin_until": make.at(hours=1)},
        {"claimed_by": "otto", "state": TaskState.CLAIMED},
        *({"state": state, **ended} for state in (TaskState.DONE, TaskState.REFUSED, TaskState.WITHDRAWN)),
        {"instructions": ("Do as in 2025",)},
        {"claimed_by": "ann", "state": TaskState.CLAIMED, "instructions": ("Do as in 2025",)},
    ]
    shown: list[tuple[Any, dict[str, Any]]] = [(work, {}) for work, _ in WORKS]
    shown += [(replacing(has_file=True), state) for state in states]
    paths = []
    for number, (work, state) in enumerate(shown):
        task_id, evidence = TaskId(f"card-{number}"), evidence_for(work)
        lines = (asked_again("SEPM does not show it").english, *instructions(work, task_id, evidence))
        update = {"id": task_id, "work": work, "evidence": evidence, "instructions": lines, **state}
        task = await store.tasks.add(make.task().model_copy(update=update))
        if proven := state.get("proof_until"):
            await store.tasks.note_proof(task.id, proven, state["begin_until"])
        paths.append(f"/tasks/{task_id}")
    return paths


@pytest.fixture
async def served(unconnected) -> AsyncIterator[str]:
    """Where the pages are served over HTTP."""
    server = HttpServer(create_app(unconnected, ApiSettings()))
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("locale", ["en-GB", "cs-CZ"])
async def test_axe_finds_nothing_serious_on_any_card(browser, served, cards, *, locale, share):
    """Each card is read in light and in dark, and fits a phone."""
    found = []
    context = await browser.new_context(viewport=PHONE, locale=locale, base_url=served)
    context.set_default_timeout(TIMEOUT)
    try:
        page = await context.new_page()
        await page.goto("/sign-in")
        await page.locator("#key").fill(KEY)
        await page.locator("main button").click()
        await page.wait_for_url("**/")
        for path in cards[share::SHARES]:
            await page.emulate_media(color_scheme="light")
            await page.goto(path)
            await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            await fits(page)
            found += await serious(page)
            await page.emulate_media(color_scheme="dark")
            found += await serious(page, runOnly=["color-contrast"])
    finally:
        await context.close()
    assert found == []
