"""The door before the Temporal UI of `rotator up`, in a real browser: what it opens, to whom, and what it refuses."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect
from temporalio.client import WorkflowExecutionStatus

from engine.process.ports import choose_ports
from tests.e2e.browsing import REBOUND, TIMEOUT, history_of, log_in, sees

CHANGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "terminate", {"reason": "by hand"}),
    ("POST", "cancel", {}),
    ("POST", "signal/hold", {"signalName": "hold", "input": {}}),
    ("POST", "reset", {"workflowTaskFinishEventId": "3"}),
    ("POST", "update/any", {}),
    ("POST", "pause", {}),
    ("POST", "", {"workflowType": {"name": "RotateSite"}}),
    ("DELETE", "", {}),
    # what a query's path may hold does not lead to another place
    ("POST", "query/../terminate", {}),
    ("POST", "query%2F..%2Fterminate", {}),
)
FETCH = """async ([method, url, body]) => {
    const csrf = document.cookie.split("; ").find(each => each.startsWith("_csrf="))?.slice(6);
    const headers = {"Content-Type": "application/json", "X-CSRF-TOKEN": csrf ?? ""};
    const answer = await fetch(url, {method, headers, body: method === "GET" ? undefined : JSON.stringify(body)});
    return [answer.status, await answer.text()];
}"""
CONNECTS = """url => new Promise(done => {
    const socket = new WebSocket(url);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
})"""
POSTS = """async url => {
    const request = {method: "POST", mode: "no-cors", credentials: "include", body: "{}"};
    try { await fetch(url, request); return "sent" } catch (error) { return error.name }
}"""


@pytest.fixture(scope="module")
async def running(house, open_site) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """A site, and its rotation that waits for its first console task, as the API shows it."""
    async with open_site(house) as site:
        begun = await site.start()
        await site.task(begun, "save_recovery_file")
        yield site, await site.house.get(f"/v1/rotations/{begun}")


@pytest.fixture
def rotation(running) -> dict[str, Any]:
    """The rotation."""
    shown: dict[str, Any] = running[1]
    return shown


@pytest.fixture
def ui(house) -> str:
    """Where the door is."""
    where: str = house.program.printed["ui"]
    return where


def upstream(pid: int) -> str:
    """Where the UI itself listens, by the command line of Temporal's server."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    ip, port = (words[words.index(flag) + 1] for flag in ("--ui-ip", "--ui-port"))
    return f"http://{ip}:{port}"


async def runs(house: Any, rotation: dict[str, Any]) -> None:
    """Require that the rotation goes on, and that its history has no message of a person."""
    handle = await house.rotation(rotation["site_id"])
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    async for event in handle.fetch_history_events():
        assert not event.HasField("workflow_execution_cancel_requested_event_attributes")
        assert not event.HasField("workflow_execution_signaled_event_attributes")


async def test_the_ui_works_behind_the_door(page, house, rotation):
    """After the log-in: the list, a history, the current details (a query), all files; no button that changes."""
    refused: list[str] = []
    page.on(
        "response", lambda answer: refused.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    blocked: list[str] = []
    page.on("console", lambda line: blocked.append(line.text) if "Content Security Policy" in line.text else None)
    await log_in(page, house)
    await sees(page, f"rotate/{rotation['site_id']}")

    history = await history_of(house, rotation)
    await page.goto(history)
    await sees(page, rotation["plan_hash"])
    disabled = page.get_by_role("button", name="Request Cancellation").locator("visible=true")
    await expect(disabled.first).to_be_disabled(timeout=TIMEOUT)

    await page.goto(history.replace("/history", "/user-metadata"))
    frame = page.locator("iframe").locator("visible=true").last.content_frame
    await expect(frame.locator("body")).to_contain_text(rotation["step_title"], timeout=TIMEOUT)
    assert (refused, blocked) == ([], [])


async def test_nothing_is_changed_through_it(page, house, ui, rotation):
    """With log-in, token and the right form: each change is refused with one line that says what to use."""
    await log_in(page, house)
    workflow = f"{ui}/api/v1/namespaces/rotator/workflows/rotate%2F{rotation['site_id']}"
    for method, what, body in CHANGES:
        status, text = await page.evaluate(FETCH, [method, f"{workflow}/{what}".rstrip("/"), body])
        problem = json.loads(text)
        assert (status, problem["type"]) == (403, "/problems/ui-looks-only"), what
        assert "\n" not in problem["detail"]
        assert "rotator cancel" in problem["remedy"]
    status, text = await page.evaluate(FETCH, ["POST", f"{ui}/api/v1/namespaces/rotator/batch-operations/x", {}])
    assert status == 403
    await runs(house, rotation)

    status, text = await page.evaluate(FETCH, ["POST", f"{workflow}/query/__temporal_workflow_metadata", {}])
    assert (status, "queryResult" in text) == (200, True), "a query passes, and its path is as it came"
    assert await page.evaluate(CONNECTS, ui.replace("http", "ws") + "/") == "refused"


async def test_a_name_that_was_made_to_point_here_opens_nothing(page, house, ui):
    """DNS rebinding: a foreign page's name leads to the door's port, with a log-in in the browser and without."""
    await log_in(page, house)
    rebound = ui.replace("127.0.0.1", REBOUND)
    answer = await page.goto(rebound)
    assert answer is not None
    assert (answer.status, (await answer.json())["type"]) == (421, "/problems/ui-host")
    for path in ("/api/v1/namespaces", "/v1/codec/login", "/v1/codec/decode"):
        status, _ = await page.evaluate(FETCH, ["GET", f"{rebound}{path}", None])
        assert status == 421, path

    # the UI itself would have answered, so it is where no page finds it
    itself = upstream(await house.pid("temporal"))
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{itself}/api/v1/namespaces", headers={"Host": REBOUND})).status_code == 200
        assert not itself.startswith("http://127.0.0.1:")
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{httpx.URL(itself).port}/")


async def serve_page(page: Page, origin: str, body: str = "") -> None:
    """Be on a page of another origin."""
    await page.route(f"{origin}/", lambda route: route.fulfill(body=body, content_type="text/html"))
    await page.goto(f"{origin}/")


async def test_pages_of_others_change_and_read_nothing(page, house, ui, rotation):
    """By form, fetch and frame: of another site, and of another port of this machine, which sends the cookie."""
    await log_in(page, house)
    target = f"{ui}/api/v1/namespaces/rotator/workflows/rotate%2F{rotation['site_id']}"
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.url.startswith(ui) else None)
    (port,) = choose_ports("127.0.0.1", 0)
    form = f'<form method="post" enctype="text/plain" action="{target}/terminate"><input name="a" value="b"></form>'
    for origin in (f"http://{REBOUND}:{port}", f"http://127.0.0.1:{port}"):
        await serve_page(page, origin, form)
        answers.clear()
        for what in ("terminate", "query/__temporal_workflow_metadata"):
            assert await page.evaluate(POSTS, f"{target}/{what}") == "sent"
        assert (
            await page.evaluate("url => fetch(url, {credentials: 'include'}).catch(e => e.name)", target) == "TypeError"
        )
        async with page.expect_navigation():
            await page.evaluate("document.forms[0].submit()")
        await serve_page(page, origin, f'<iframe src="{ui}/"></iframe>')
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("origin", timeout=TIMEOUT)
        assert set(answers) == {403}, origin
        assert len(answers) == 4  # of the fetch that wanted to read, the browser shows nothing
    await runs(house, rotation)


async def test_a_link_of_another_page_leads_to_the_log_in(page, house, ui):
    """A person may follow a link to the UI; where it leads after the log-in is never another host."""
    (port,) = choose_ports("127.0.0.1", 0)
    await serve_page(page, f"http://127.0.0.1:{port}", f'<a href="{ui}/v1/codec/login?then=//{REBOUND}/">look</a>')
    await page.get_by_text("look").click()
    await page.get_by_label("API key").fill(house.key)
    await page.get_by_role("button", name="Log in").click()
    await sees(page, "You are logged in as Ann")
    assert page.url == f"{ui}/v1/codec/login"


async def test_a_person_without_a_log_in_sees_nothing(page, ui):
    """No page, no file and no data; a page leads to the log-in, all else is a problem."""
    await page.goto(f"{ui}/namespaces/rotator/workflows")
    await expect(page.get_by_label("API key")).to_be_visible(timeout=TIMEOUT)
    for path in ("/api/v1/namespaces", "/api/v1/settings", "/_app/version.json", "/i18n/en/common.json"):
        answer = await page.request.get(f"{ui}{path}", headers={"Accept": "*/*"})
        assert (answer.status, (await answer.json())["type"]) == (401, "/problems/unauthorized"), path
