"""The Temporal UI in a real browser, of a service that encrypts: what it shows to whom."""

import base64
import json
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from engine.process.ports import choose_ports
from tests.e2e.browsing import TIMEOUT, history_of, log_in, log_out, sees

GIVEN_UP = "Codec Server could not connect"
CIPHERTEXT = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}")
"""Nonce and hidden bytes of an input, in Base64."""
SUMMARY = "store the original settings"
"""The summary that the timeline shows of one activity of every rotation."""


@pytest.fixture(scope="module")
async def house(open_house, tmp_path_factory) -> AsyncIterator[Any]:
    """A `rotator up` with payload keys."""
    keys = tmp_path_factory.mktemp("keys") / "payload.keys"
    keys.write_text(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    keys.chmod(0o600)
    async with open_house(ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE=str(keys)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def site(house, open_site) -> AsyncIterator[Any]:
    """An emulated site without a robot at its console."""
    async with open_site(house) as opened:
        yield opened


@pytest.fixture(scope="module")
async def rotation(site) -> dict[str, Any]:
    """A rotation that waits for its first console task, as the API shows it."""
    begun = await site.start()
    await site.task(begun, "save_recovery_file")
    shown: dict[str, Any] = await site.house.get(f"/v1/rotations/{begun}")
    return shown


async def test_text_for_those_who_are_logged_in_and_nothing_for_all_others(page, house, rotation):
    """The UI asks for the log-in, then shows text, without any setting in the browser; after the log-out nothing."""
    here, plan = await history_of(house, rotation), rotation["plan_hash"]
    await log_in(page, house, here)
    await sees(page, plan)
    await sees(page, SUMMARY)
    light = await page.inner_text("body")
    assert GIVEN_UP not in light
    assert not CIPHERTEXT.search(light)

    await log_out(page, house)
    await page.goto(here)
    await expect(page.get_by_label("API key")).to_be_visible(timeout=TIMEOUT)
    assert plan not in await page.inner_text("body")


async def test_the_details_are_text_too(page, house, rotation):
    """Summary, details and current details stand under User Metadata for a reader who is logged in.

    Current details have the sentence that the API shows, as the browser shows it: of the task, or of an
    unsigned message that another test has sent to the rotation before.
    """
    waits = (await house.get(f"/v1/rotations/{rotation['id']}?live=true"))["waiting_for"]
    assert any(text in waits for text in ("is open. An operator claims it", "that this service has not signed"))
    await log_in(page, house, (await history_of(house, rotation)).replace("/history", "/user-metadata"))
    # each is shown in a frame of its own
    for place, text in enumerate((rotation["plan_hash"][:12], rotation["plan_hash"], waits)):
        frame = page.locator("iframe").locator("visible=true").nth(place).content_frame
        await expect(frame.locator("body")).to_contain_text(text, timeout=TIMEOUT)


async def test_a_page_of_another_origin_reads_nothing(page, house):
    """With the cookie in the browser, a script of another port is refused by the browser and by the service."""
    await log_in(page, house)
    ui = house.program.printed["ui"]
    (port,) = choose_ports("127.0.0.1", 0)
    await page.route(f"http://127.0.0.1:{port}/", lambda route: route.fulfill(body="<p>another page</p>"))
    await page.goto(f"http://127.0.0.1:{port}/")
    asked = """async endpoint => {
        const request = {method: "POST", credentials: "include", body: '{"payloads": []}'};
        try { return (await fetch(endpoint + "/decode", request)).status }
        catch (error) { return error.name }
    }"""
    api = house.apis[0]
    for where in (ui, api):
        # sent without a preflight, as its type is plain text: the service sees it, and the page no answer
        assert await page.evaluate(asked, f"{where}/v1/codec") == "TypeError"
        headers = {"X-Namespace": "rotator"}
        for origin, status in ((page.url.rstrip("/"), {401, 403}), (ui, {200})):
            answer = await page.request.post(
                f"{where}/v1/codec/decode", data='{"payloads": []}', headers=headers | {"Origin": origin}
            )
            assert answer.status in status, origin


async def test_the_log_tells_who_has_read(page, house, rotation):
    """Each use is a line of the service's log with name, number and namespace, and nothing of what was read."""
    await log_in(page, house, await history_of(house, rotation))
    await sees(page, rotation["plan_hash"])
    log = house.program.logs[1].read_text()
    lines = [json.loads(line) for line in log.splitlines() if '"payloads were decoded"' in line]
    assert lines
    for line in lines:
        assert (line["who"], line["namespace"], line["process"]) == ("Ann", "rotator", "api")
        assert isinstance(line["payloads"], int)
    assert rotation["plan_hash"] not in "".join(map(json.dumps, lines))


async def test_nothing_of_a_rotation_can_be_read_in_temporals_file(house, rotation):
    """A person who copies the database of the embedded Temporal has ids and search attributes, and no more."""
    kept = b"".join(path.read_bytes() for path in house.folder.glob("temporal.db*"))
    assert rotation["id"].encode() in kept, "the search sees what is there"
    assert not [text for text in (rotation["plan_hash"], rotation["plan_id"], SUMMARY) if text.encode() in kept]


async def test_what_a_ui_sends_is_shown_and_not_obeyed(house, site, rotation):
    """A signal of the UI is not signed: it is refused with attention, and the rotation goes on as it was."""
    handle = await house.rotation(rotation["site_id"])
    message = {"rotation_id": rotation["id"], "who": "Ann", "why": "by hand", "request_id": secrets.token_hex(8)}
    data = json.dumps({"move": "hold", **message}).encode()
    await handle.signal("hold", RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data)))

    shown = await site.shown_when(
        rotation["id"],
        lambda shown: any(each["code"] == "signal-refused" for each in shown["attention"]),
        "the signal is shown as refused",
    )
    assert not shown["held"]
    assert any("it is not signed" in each["message"] for each in shown["attention"])
