"""The trail as it grows, over a real server: from the beginning, from where a connection was lost, to the end."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest

from api.app import create_app
from api.events.event_watch import EventWatch
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from rotation.values import RotationId
from tests.api.events.sent_events import events
from tests.api.identified import KEY


@pytest.fixture
async def streaming(connected):
    """Streams of a server, as contexts: each gives the fields of one event after the other."""
    server = HttpServer(create_app(connected, ApiSettings()))
    await server.start()
    headers = {"Authorization": f"Bearer {KEY}"}

    @asynccontextmanager
    async def stream(rotation, **more):
        path = f"http://127.0.0.1:{server.port}/v1/rotations/{rotation}/events/stream"
        async with (
            httpx.AsyncClient(headers=headers | more, timeout=60) as client,
            client.stream("GET", path) as answer,
        ):
            yield answer, events(answer)

    yield stream
    await server.stop()


async def test_a_stream_gives_what_is_stored_and_what_comes_until_the_rotation_ends(whole, plan, streaming):
    """In order and once, each with its number; a connection that is lost goes on behind its last event."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "it ends"}
    rotation = (await whole.post("/v1/rotations", json=order)).json()["id"]
    path = f"/v1/rotations/{rotation}"
    async with streaming(rotation) as (answer, coming):
        assert answer.headers["content-type"].startswith("text/event-stream")
        first = await anext(coming)
        assert (first["id"], first["event"]) == ("1", "started")
        assert (await whole.post(f"{path}/cancel", json={"why": "not now"})).status_code == 200
        every = [first, *[each async for each in coming]]
    *stored, over = every
    listed = (await whole.get(f"{path}/events", params={"limit": 1000})).json()["items"]
    assert [(each["id"], each["event"]) for each in stored] == [(str(e["number"]), e["kind"]) for e in listed]
    assert over["event"] == "over"
    assert stored[-1]["event"] == "ended"
    async with streaming(rotation, **{"Last-Event-ID": "2"}) as (_, rest):
        assert [each async for each in rest] == every[2:]
    # as after a database was put back from a backup: what comes next would be below that number
    async with streaming(rotation, **{"Last-Event-ID": "1000000"}) as (_, rest):
        assert [each async for each in rest] == [over]


async def test_a_stream_of_none_is_a_problem(streaming):
    """As every other refusal; so is a number that is none."""
    async with streaming("none") as (answer, _):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    async with streaming("none", **{"Last-Event-ID": "x"}) as (answer, _):
        assert answer.status_code in (404, 422)


class Numbers:
    """The events of a store, as far as a watch asks for them."""

    def __init__(self):
        self.last = {RotationId("r1"): 1}
        self.asked = 0
        self.away = False

    async def last_numbers(self, rotation_ids):
        """The number of each."""
        self.asked += 1
        if self.away:
            raise ConnectionError
        return {each: self.last[each] for each in rotation_ids if each in self.last}


async def looked(numbers, times, until):
    """Wait until the store was asked so often."""

    async def asked():
        return numbers.asked

    await until(asked, lambda count: count >= times)


async def test_two_hundred_callers_ask_the_store_as_often_as_one(until):
    """They wait for the same looks, and those of the rotation hear of its event."""
    numbers, watch = Numbers(), EventWatch(every=0.05)
    waiting = [asyncio.create_task(watch.next(numbers, RotationId("r1"), 1)) for _ in range(200)]
    another = asyncio.create_task(watch.next(numbers, RotationId("r2"), 0))
    await looked(numbers, 3, until)
    assert not any(each.done() for each in waiting)
    numbers.last[RotationId("r1")] = 2
    began = numbers.asked
    await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert numbers.asked - began <= 2
    assert not another.done()
    another.cancel()
    await asyncio.gather(another, return_exceptions=True)


async def test_callers_go_on_when_the_store_is_away(until):
    """Each asks by itself then, and is answered as any other; the next look is made where it is back."""
    numbers, watch = Numbers(), EventWatch(every=0.01)
    waiting = asyncio.create_task(watch.next(numbers, RotationId("r1"), 1))
    await looked(numbers, 3, until)
    assert not waiting.done()
    numbers.away = True
    await asyncio.wait_for(waiting, 30)
    numbers.away, numbers.last = False, {RotationId("r1"): 2}
    await asyncio.wait_for(watch.next(numbers, RotationId("r1"), 1), 30)
