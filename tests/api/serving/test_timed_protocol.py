"""A slow caller loses its connection; a caller that is only idle, or sends a whole request, keeps it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.serving import timed_protocol
from api.serving.timed_protocol import TimedProtocol

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
WITHIN = 0.3
LARGE = b"x" * (8 << 20)
"""More than the buffers of a connection hold."""

LARGE_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: %s\r\n" % (b"a" * 1000) * 60 + b"\r\n"
LARGE_TARGET = b"GET /?a=%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * (33 << 10))


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers after the body, and with much where it is asked for."""
    while scope["path"] != "/early" and (await receive()).get("more_body"):
        pass
    body = LARGE if scope["path"] == "/large" else b"ok"
    if scope["path"] == "/target /":
        host = next(value for name, value in scope["headers"] if name == b"host")
        body = b" ".join((host, scope["raw_path"], scope["query_string"]))
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def connect(monkeypatch, request) -> AsyncIterator[Callable[..., Awaitable[Connection]]]:
    """Connections to a server that waits for a third of a second, and has as many as the test says."""
    monkeypatch.setattr(timed_protocol, "HEADERS_WITHIN", WITHIN)
    monkeypatch.setattr(timed_protocol, "READ_WITHIN", WITHIN)
    config = uvicorn.Config(
        app,
        port=0,
        http=TimedProtocol,
        lifespan="off",
        log_config=None,
        timeout_keep_alive=30,
        limit_concurrency=getattr(request, "param", None),
    )
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    open_now: list[asyncio.StreamWriter] = []

    async def connected(limit=2**16):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
        open_now.append(writer)
        return reader, writer

    yield connected
    for writer in open_now:
        writer.close()
    await server.shutdown()


async def ended(reader):
    """Whether the server ends the connection, within ten times as long as it may take."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 10 * WITHIN) == b""
    return True


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "], ids=["none", "line", "half"]
)
async def test_headers_that_do_not_come_end_the_connection(connect, sent):
    """From the connection on, and for all that was sent of them."""
    reader, writer = await connect()
    writer.write(sent)
    assert await ended(reader)


async def test_headers_that_trickle_end_the_connection(connect):
    """Each byte in time is not enough: the whole of them is waited for."""
    reader, writer = await connect()
    done = asyncio.create_task(ended(reader))
    with contextlib.suppress(ConnectionError):
        while not done.done():
            writer.write(b"G")
            await asyncio.sleep(WITHIN / 10)
    assert await done


async def test_an_idle_connection_and_a_slow_body_go_on(connect):
    """Between requests the connection is kept for another time, and bodies are bounded elsewhere."""
    reader, writer = await connect()
    for _ in range(2):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        await asyncio.sleep(2 * WITHIN)
        writer.write(b"y")
        answer = await asyncio.wait_for(reader.readuntil(b"ok"), 10)
        assert answer.startswith(b"HTTP/1.1 200")
        await asyncio.sleep(2 * WITHIN)


async def test_half_a_second_request_ends_the_connection(connect):
    """Behind a first one that was answered."""
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"ok"), 10)
    writer.write(b"GET / HT")
    assert await ended(reader)


async def test_a_body_that_goes_on_behind_its_answer_ends_the_connection(connect):
    """It was answered without being read, as the guard answers who has no key."""
    reader, writer = await connect()
    writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx")
    await asyncio.wait_for(reader.readuntil(b"ok"), 10)
    writer.write(b"x")
    assert await ended(reader)


async def test_an_answer_that_is_not_read_ends_the_connection(connect):
    """And one that is read slowly does not, as long as something of it is read."""
    reader, writer = await connect(limit=1024)
    writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    await asyncio.sleep(4 * WITHIN)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(len(LARGE)), 10)
    reader, writer = await connect()
    writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    assert len(await asyncio.wait_for(reader.readexactly(len(LARGE)), 30)) == len(LARGE)


@pytest.mark.parametrize(
    "sent",
    [
        b"x y\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (40 << 10),
        LARGE_HEAD,
        LARGE_TARGET,
    ],
    ids=["no method", "no host", "large headers", "whole large headers", "large target"],
)
async def test_what_is_no_request_is_a_problem(connect, sent):
    """With a request id and the headers of all other answers; uvicorn's own is plain text."""
    reader, writer = await connect()
    writer.write(sent)
    head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    assert_problem(head, body, 400, "request-refused")


@pytest.mark.parametrize("target", [b"http://b:80/target%20/?x=1", b"HTTPS://b:80/target%20/?x=1"])
async def test_a_target_in_absolute_form_is_its_path(connect, target):
    """And its host counts, whatever `Host` says; without a path it is the root."""
    reader, writer = await connect()
    writer.write(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\nGET http://b HTTP/1.1\r\nHost: a\r\n\r\n" % target)
    assert await asyncio.wait_for(reader.readuntil(b"b:80 /target%20/ x=1"), 10)
    assert (await asyncio.wait_for(reader.readuntil(b"ok"), 10)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("connect", [1], indirect=True)
async def test_a_connection_too_many_is_a_problem(connect):
    """It says when to come again; the one that was there is served."""
    reader, writer = await connect()
    other, _ = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: cs\r\n\r\n")
    head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    assert b"retry-after: 5" in head
    assert_problem(head, body, 503, "too-many-connections")
    assert json.loads(body)["remedy"] == "za okamžik to pošlete znovu"
    assert await ended(other)
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"ok"), 10)).startswith(b"HTTP/1.1 200")


async def test_nonsense_behind_an_answer_ends_the_connection(connect, caplog):
    """It was answered before its body had ended; without an error of ours in the log."""
    reader, writer = await connect()
    writer.write(b"POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"ok"), 10)
    writer.write(b"nonsense\r\n")
    assert await ended(reader)
    assert [each for each in caplog.records if each.exc_info] == []


def assert_problem(head: bytes, body: bytes, status: int, code: str):
    """It is one, as the application would have answered it."""
    assert head.startswith(b"HTTP/1.1 %d " % status)
    problem = json.loads(body)
    assert (problem["type"], problem["status"]) == (f"/problems/{code}", status)
    sent = head.decode().lower().split("\r\n")
    stands = ("content-type: application/problem+json", "cache-control: no-store", "x-content-type-options: nosniff")
    assert {*stands, f"x-request-id: {problem['request_id']}", "connection: close"} <= {*sent}
