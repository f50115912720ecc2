"""Every page of the service for a Czech reader: no English word or sentence is left but data."""

import httpx
import pytest

from rotation.identity.permission import Role
from tests.api.identified import key_of
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.every_page import cards, filled, page_routes
from tests.api.pages.language.left_english import left_english
from tests.api.pages.language.page_states import ROTATION, states
from tests.api.pages.language.raw_texts import raw_texts
from tests.api.pages.test_rotation_page import fields, started

__all__ = ["cards", "filled"]

ENGLISH = {"Accept-Language": "en"}
FILES = {
    "GET /calendar/file": "a file for calendars, whose entries are those of the calendar's page",
    "GET /rotations/{rotation_id}/clients.csv": "a table for programs: its columns are names of fields",
    "GET /sites/{site_id}/groups.csv": "a table of groups, by the names of its fields",
    "GET /rotations/{rotation_id}/originals": "the file of original settings, as the API gives it",
    "GET /rotations/{rotation_id}/changes": "a stream of numbers for the page's script",
}
"""What is no page, and why it has no texts."""
WITHOUT_TEXTS = {"POST /sign-out", "POST /language"}
"""What leads to another page, whatever is sent."""
IDS = {
    "site_id": "site-1", "plan_id": "plan-1", "rotation_id": "rot-1", "task_id": "card-0", "simulation_id": "sim-1",
    "request_id": "request-1", "order_id": "order-1",
}  # fmt: skip
WRONG = {"why": "w" * 2001, "hash": "no", "days": "x", "runs": "x", "name": "", "key": "no", "address": "x"}
"""What no form takes."""


def address_of(route: str) -> str:
    """The address of a form: that of the site, plan, rotation, task and simulation of the test."""
    return route.partition(" ")[2].format_map(IDS)


@pytest.fixture
def left():
    """What is left of English on a page, in a list that a test fills."""

    async def of(reader: httpx.AsyncClient, path: str) -> list[str]:
        english, czech = [await reader.get(path, headers=each) for each in (ENGLISH, CZECH)]
        assert english.status_code == czech.status_code, path
        assert 'lang="cs"' in czech.text, path
        raw = [*raw_texts(english.text), *raw_texts(czech.text)]
        return [f"{path}: {each}" for each in (*left_english(english.text, czech.text), *raw)]

    return of


async def test_every_page_is_czech(unconnected, filled, left):
    """Each route of the pages, with everything that they show; a route without an address here fails."""
    shown = {name for name, pattern in page_routes().items() if any(map(pattern.match, filled))}
    assert {name for name in page_routes() if name.startswith("GET") and name not in shown} == set(FILES)
    found = set()
    async with reading(unconnected) as reader, reading(unconnected, None) as stranger:
        for path in filled:
            found |= {*await left(stranger if path == "/sign-in" else reader, path)}
    assert sorted(found) == []


@pytest.mark.usefixtures("filled")
async def test_every_refused_form_is_czech(unconnected):
    """Each form of the pages: sent empty, with what is wrong, and by a reader who may not."""
    found = []
    key = await key_of(unconnected.store, "vera", Role.VIEWER)
    routes = [name for name in page_routes() if name.startswith("POST") and name not in WITHOUT_TEXTS]
    async with reading(unconnected) as admin, reading(unconnected, key) as viewer:
        for reader, sent in ((admin, {}), (admin, WRONG), (viewer, WRONG)):
            for route in routes:
                english, czech = [
                    await reader.post(address_of(route), data=sent, headers=each) for each in (ENGLISH, CZECH)
                ]
                found += [f"{route}: {each}" for each in left_english(english.text, czech.text)]
    assert set(found) == set()


async def test_every_state_of_a_rotation_is_czech(unconnected, store, make, rotating, left):
    """Each attention, with its answers, a held one, a reading with each reason, and each end; home beside it."""
    assert rotating == "site-1"
    found = []
    async with reading(unconnected) as reader:
        for each in states(make):
            await store.rotations.project(ROTATION, each, make.t0)
            for path in (f"/rotations/{ROTATION}", "/"):
                found += await left(reader, path)
    assert set(found) == set()


async def test_a_rotation_that_answers_is_czech(whole, connected, plan, until, left):
    """Each move that it offers or refuses, for one who may and for one who may not; held, and its task."""
    rotation, found = await started(whole, plan), []
    key = await key_of(connected.store, "vera", Role.VIEWER)

    async def live():
        return (await whole.get(f"/v1/rotations/{rotation}?live=true")).json()["live"] or {}

    task = (await until(live, lambda shown: shown.get("task")))["task"]["id"]
    address = f"/rotations/{rotation}"
    async with reading(connected) as admin, reading(connected, key) as viewer:
        for path in (address, f"/tasks/{task}", "/", "/calendar"):
            found += [*await left(admin, path), *await left(viewer, path)]
        held = fields((await admin.get(address)).text, f"{address}/hold")
        assert (await admin.post(f"{address}/hold", data=held | {"why": "Brno"})).status_code == 303
        found += await left(admin, address)
        assert (await admin.post(f"{address}/cancel", data={"why": "Brno"})).status_code == 303
        found += await left(admin, address)
    assert set(found) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("every 1:00:00 now", "1:00:00"),
        ("since 2026-01-31T17:05:42+00:00", "2026-01-31T17:05"),
        ("it is rolled-back", "rolled-back"),
        ("roll_back by ann", "roll_back"),
        ("look_again by ann", "look_again"),
        ("16 steps, 0:00:23.002000 at least", "0:00:23"),
        ("task-opened: Replace", "task-opened"),
        ("[Errno 111] Connect call failed", "[Errno 111]"),
        ("each as KIND: NAME", "KIND"),
        ("say it as originals_sha256", "originals_sha256"),
        ("2026-01-31 17:05:42 UTC, 31. 1. 2026 17:05:42 UTC, 17:05, a roll-back", ""),
    ],
)
def test_a_raw_value_is_found(text, found):
    """A length of time, a moment and a code; no clock's time with its date, and no word."""
    assert raw_texts(f"<p>{text}</p><code>roll_back</code>") == ([f"{found}: {text}"] if found else [])
    assert raw_texts("<code>step-began</code><code>x</code>") == ["step-began: as code"]


def test_what_is_english_is_found():
    """A word that both pages have, in a text or an attribute, and a sentence that only the Czech page has; no data."""
    english = '<p title="Read now">Hold <code>hold</code></p><p>preflight of sepm1</p>'
    czech = '<p title="Read now">Zastavit <code>hold</code></p><p>preflight sepm1</p><p>It was not there.</p>'
    assert left_english(english, czech) == [
        "read, now: Read now",
        "preflight: preflight sepm1",
        "It was not there.: It was not there.",
    ]
    assert left_english(english, '<p>sepm1</p><span lang="en">Hold</span><style>now</style>') == []
