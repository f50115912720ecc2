"""The stream that tells a page what has changed: from the event that it shows on, to the end of the rotation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute

from api.events.listeners import counted
from api.pages import live_page
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from tests.api.pages.conftest import reading

STREAMS = {"Accept": "text/event-stream"}
ADDRESS = "/rotations/rot-1/changes"


@pytest.fixture
async def ended(store, rotating, make):
    """A rotation that has ended after three events."""
    for number in range(1, 4):
        event = NewEvent(at=make.t0, kind="step-began", message=f"<b>{number}", data={}, key=f"k{number}")
        await store.events.append("rot-1", rotating, event)
    await store.rotations.project("rot-1", Progress(status=RotationStatus.COMPLETED), make.t0)


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("query", "headers", "changes"),
    [("", {}, 3), ("?after=2", {}, 1), ("?after=1", {"Last-Event-ID": "3"}, 0), ("?after=9", {}, 0)],
)
async def test_what_the_page_does_not_show_yet_is_a_change(unconnected, query, headers, changes):
    """`Last-Event-ID` of a connection that was lost counts; the stream ends with the rotation, and tells no text."""
    async with reading(replace(unconnected, listen_wait=timedelta(minutes=1))) as reader:
        answer = await reader.get(f"{ADDRESS}{query}", headers=STREAMS | headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: changed") == changes
    assert answer.text.count("event: over") == 1
    assert "<b>" not in answer.text


@pytest.mark.usefixtures("rotating")
async def test_a_script_is_refused_and_not_led_to_the_sign_in(unconnected):
    """A browser gives a stream up that is refused; led to a page it would ask for ever."""
    async with reading(unconnected, key=None) as client:
        answer = await client.get(ADDRESS, headers=STREAMS)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_stream_of_none(reader):
    """An unknown rotation, and a number that is none."""
    assert (await reader.get("/rotations/none/changes", headers=STREAMS)).status_code == 404
    assert (await reader.get(f"{ADDRESS}?after=-1", headers=STREAMS)).status_code in (404, 422)


def test_streams_of_pages_count_as_those_of_the_api():
    """A caller has so many at once, by whichever way it listens."""
    (route,) = live_page.router.routes
    assert isinstance(route, APIRoute)
    assert counted in route.dependencies
