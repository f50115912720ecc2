"""The events of all rotations, over a real server: each caller gets those of its sites, once and in order."""

import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from api.app import create_app
from api.events import all_events
from api.events.listeners import MOST
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.access.key_text import KeyText
from store.rotation.events import NewEvent
from store.trail.site_trail import Author
from tests.api.events.sent_events import events
from tests.api.identified import KEY, key_of
from tests.store.conftest import Make

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def two_sites(store):
    """A store with a rotation at each of two sites: appends events to them."""
    make = Make()
    for number in ("1", "2"):
        site = make.site(f"site-{number}", f"Site {number}")
        await store.sites.add(site, make.connection(), make.t0)
        await store.plans.add(make.plan(f"plan-{number}", SiteId(f"site-{number}")))
        await store.rotations.create(make.new(f"rot-{number}", f"site-{number}", f"plan-{number}"), make.t0)

    async def append(number, *names):
        new = [NewEvent(at=AT, kind="step-began", message=name, data={}, key=name) for name in names]
        await store.events.append(f"rot-{number}", f"site-{number}", *new)

    return append


@pytest.fixture
def serving(unconnected):
    """A server whose streams last so long: gives a function that opens one."""

    @asynccontextmanager
    async def served(lasting=timedelta(minutes=1)):
        server = HttpServer(create_app(replace(unconnected, listen_wait=lasting), ApiSettings()))
        await server.start()

        @asynccontextmanager
        async def stream(key=KEY, **more):
            headers = {"Authorization": f"Bearer {key}"} | {
                name.replace("_", "-"): value for name, value in more.items()
            }
            path = f"http://127.0.0.1:{server.port}/v1/events"
            async with httpx.AsyncClient(timeout=60) as client, client.stream("GET", path, headers=headers) as answer:
                yield answer, events(answer)

        try:
            yield stream
        finally:
            await server.stop()

    return served


def message(event):
    """What an event says."""
    return json.loads(event["data"])["message"]


async def test_each_caller_gets_the_events_of_its_sites(two_sites, store, serving):
    """From now on, in the order stored; after a lost connection behind the last that came. Others get none of them."""
    await two_sites(1, "before")
    limited = await key_of(store, "vera", Role.VIEWER, sites=(SiteId("site-2"),))
    async with serving() as stream, stream() as (answer, every), stream(limited) as (_, own):
        assert answer.headers["content-type"].startswith("text/event-stream")
        begun = await anext(every)
        assert (begun["event"], begun["id"]) == ("begun", "1")
        await anext(own)
        await two_sites(1, "a", "b")
        await two_sites(2, "c")
        came = [await anext(every) for _ in range(3)]
        assert [message(each) for each in came] == ["a", "b", "c"]
        assert {each["event"] for each in came} == {"step-began"}
        assert json.loads(came[2]["data"])["site_id"] == "site-2"
        assert message(await anext(own)) == "c"
        async with stream(last_event_id=came[0]["id"]) as (_, rest):
            assert (await anext(rest))["event"] == "begun"
            assert [message(await anext(rest)) for _ in range(2)] == ["b", "c"]
        async with stream(limited, last_event_id="0") as (_, rest):
            await anext(rest)
            assert message(await anext(rest)) == "c"
        async with stream(last_event_id="99") as (_, rest):
            assert (await anext(rest))["id"] == "4", "a database that was restored has fewer"


async def test_a_stream_ends_and_the_next_one_asks_for_the_key_again(store, serving, problem):
    """So a key that was revoked, or an identity that lost a site, gets nothing for longer than one connection lasts."""
    key = await key_of(store, "vera", Role.VIEWER)
    async with serving(timedelta(0)) as stream:
        async with stream(key, last_event_id="0") as (answer, coming):
            assert [each["event"] async for each in coming] == ["begun"]
        given = KeyText.read(key)
        assert given is not None
        await store.identities.revoke(given.id, by=Author(who="a test"), at=AT)
        async with stream(key) as (answer, _):
            await answer.aread()
            problem(answer, 401, "unauthorized")


async def test_a_caller_has_ten_streams_at_once(store, serving, problem):
    """The next one is refused, another caller is served, and a stream that its caller left counts no more."""
    other = await key_of(store, "vera", Role.VIEWER)
    async with serving() as stream, AsyncExitStack() as several:
        opened = [await several.enter_async_context(stream()) for _ in range(MOST - 1)]
        for _, coming in opened:
            await anext(coming)
        async with stream() as (_, coming):
            await anext(coming)
            async with stream() as (refused, _):
                await refused.aread()
                problem(refused, 429, "too-many-streams")
                assert refused.headers["retry-after"] == "60"
            async with stream(other) as (answer, _):
                assert answer.status_code == 200
        async with stream() as (answer, coming):  # the server has noticed that the other has gone
            assert answer.status_code == 200


async def test_a_stream_waits_for_a_database_that_is_away(two_sites, store, serving, problem, monkeypatch):
    """It goes on by itself with what came meanwhile; one that begins now is a problem with a time to come back."""
    monkeypatch.setattr(all_events, "_NO_NEWS", 0.05)

    async def rename(old, new):
        # a file that is closed under a look that is at work would leave its connection open
        async with store.database.write() as session:
            await session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    async with serving() as stream, stream() as (_, coming):
        await anext(coming)
        await rename("events", "away")
        async with stream() as (refused, _):
            await refused.aread()
            problem(refused, 503, "database-away")
            assert refused.headers["retry-after"]
        await rename("away", "events")
        await two_sites(1, "after")
        assert message(await anext(coming)) == "after"
