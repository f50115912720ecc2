"""A body that is larger than any honest one is refused before it is read to its end."""

import asyncio

import httpx
import pytest

from api.http.body_limit import LARGEST, BodyLimit


async def answers(_scope, receive, send):
    """Reads the body and answers with none."""
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_body_that_says_it_is_too_large_is_not_read(api, problem):
    """By its Content-Length."""
    answer = await api.post("/v1/certificates", content=b"x" * (LARGEST + 1))
    assert "16 MiB" in problem(answer, 413, "body-too-large")["detail"]


@pytest.mark.parametrize("size", [999, 1000, 1001, 5000])
async def test_a_body_in_pieces_is_read_as_far_as_it_may(size):
    """Without a Content-Length each piece counts; what fits arrives whole."""
    read, arrived = 0, []

    async def pieces():
        nonlocal read
        for at in range(0, size, 100):
            read = at
            yield b"x" * min(100, size - at)

    async def app(_scope, receive, send):
        more = True
        while more:
            message = await receive()
            arrived.append(message["body"])
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(BodyLimit(app, 1000))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.post("/", content=pieces())
    assert answer.status_code == (204 if size <= 1000 else 413)
    assert len(b"".join(arrived)) == (size if size <= 1000 else 0)
    assert read <= 1000


async def answered(app, body):
    """The answer to a POST of that body."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return await client.post("/", content=body)


async def test_a_body_that_does_not_end_in_time_is_given_up(monkeypatch, problem):
    """What has come of it is no longer held."""
    monkeypatch.setattr("api.http.body_limit.WITHIN", 0.1)
    never = asyncio.Event()

    async def slowly():
        yield b"x" * 90_000
        await never.wait()

    limit = BodyLimit(answers, 100_000, held_at_once=100_000)
    answer = await answered(limit, slowly())
    assert "again" in problem(answer, 408, "body-too-slow")["remedy"]
    assert answer.headers["connection"] == "close"
    assert (await answered(limit, b"x" * 90_000)).status_code == 204


async def test_bodies_of_all_requests_share_what_may_be_held(problem):
    """One that comes while others fill it is asked to come again, and has room when they are answered."""
    filled, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(scope, receive, send):
        filled.set()
        await goes_on.wait()
        await answers(scope, receive, send)

    limit = BodyLimit(slow, 100_000, held_at_once=150_000)
    first = asyncio.create_task(answered(limit, b"x" * 100_000))
    await filled.wait()
    refused = await answered(limit, b"x" * 70_000)
    problem(refused, 503, "bodies-fill-memory")
    assert refused.headers["retry-after"] == "5"
    small = asyncio.create_task(answered(limit, b"x" * 60_000))  # has room at any time
    goes_on.set()
    assert [(await each).status_code for each in (first, small)] == [204, 204]
    assert (await answered(limit, b"x" * 100_000)).status_code == 204


async def test_who_has_no_key_sends_little(api, stranger, problem):
    """As does a request that has no body: neither takes what others need for theirs."""
    some, large, none = (
        b"x" * 5000,
        b"x" * 70_000,
        httpx.AsyncClient(transport=stranger._transport, base_url="http://x"),
    )
    known = httpx.AsyncClient(transport=api._transport, base_url="http://x", headers=api.headers)
    for answer, most in (
        (await none.request("GET", "/healthz/live", content=b"x"), "0 KiB"),
        (await none.post("/v1/codec/login", content=some), "4 KiB"),
        (await known.request("GET", "/v1/sites", content=large), "64 KiB"),
    ):
        assert f"larger than {most}" in problem(answer, 413, "body-too-large")["detail"]
