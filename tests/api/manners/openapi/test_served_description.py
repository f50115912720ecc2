"""The description is made once, and not sent again to a caller that has it."""

import asyncio
import threading

import httpx
from fastapi import FastAPI

from api.manners.openapi.served_description import serve_description


class Counting(FastAPI):
    """Counts how often its description is made."""

    made = 0

    def openapi(self):
        """As FastAPI has it."""
        self.made += 1
        return super().openapi()


class Slow(Counting):
    """Has its description only after another request was answered."""

    def __init__(self):
        self.begun, self.answered = threading.Event(), threading.Event()
        super().__init__()

    def openapi(self):
        """As FastAPI has it."""
        self.begun.set()
        assert self.answered.wait(10)
        return super().openapi()


async def test_others_are_answered_while_the_description_is_made():
    """It is made in a thread, once: two callers and one that hangs up wait for it, and no other one does."""
    app = Slow()

    @app.get("/whoami")
    async def whoami():
        app.answered.set()

    serve_description(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rotator") as client:
        left, *waiting = [asyncio.create_task(client.get("/openapi.json")) for _ in range(3)]
        assert await asyncio.to_thread(app.begun.wait, 10)
        left.cancel()
        assert (await client.get("/whoami")).status_code == 200
        assert [each.status_code for each in await asyncio.gather(*waiting)] == [200, 200]
    assert app.made == 1


async def test_the_description_is_made_once_for_all_callers():
    """A caller without a key can ask for it: each answer costs its bytes, and no processor."""
    app = Counting()
    serve_description(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rotator") as client:
        encodings = ({"Accept-Encoding": each} for each in ("gzip", "", "gzip"))
        answers = [await client.get("/openapi.json", headers=each) for each in encodings]
    assert [each.json()["openapi"] for each in answers] == ["3.1.0"] * 3
    assert [each.headers.get("content-encoding") for each in answers] == ["gzip", None, "gzip"]
    assert app.made == 1


async def test_a_caller_that_has_the_description_is_not_sent_it_again(stranger):
    """By its tag, which a description that differs does not have; plain and compressed are one document."""
    first = await stranger.get("/openapi.json")
    tag = first.headers["etag"]
    again = await stranger.get("/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await stranger.get("/openapi.json", headers={"If-None-Match": '"other"'})).status_code == 200
    assert first.headers["vary"] == "Accept-Encoding"
