"""A large answer waits for its caller piece by piece, and comes whole."""

import asyncio
import socket

import pytest
import uvicorn

from api.manners.pieces import PIECE, Pieces
from api.serving.timed_protocol import TimedProtocol

LARGE = bytes(range(256)) * (128 << 10)
"""32 MiB: more than the buffers of the system hold of a connection."""


class Counted:
    """An application with one large answer; counts how many bytes of it the server has taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self, scope, receive, send):
        """Answer, in pieces."""

        async def counting(message):
            await send(message)
            self.taken += len(message.get("body", b""))

        await Pieces(self._answer)(scope, receive, counting)

    async def _answer(self, scope, _receive, send):
        body = b"ok" if scope["path"] == "/small" else LARGE
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def served():
    """The application, and the port of a server that serves it."""
    app = Counted()
    config = uvicorn.Config(app, port=0, http=TimedProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield app, server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def test_of_an_answer_that_is_not_read_most_waits_outside_of_the_connection(served):
    """The server takes what the system's buffers hold and one piece more; once it is read, all of it comes as it is."""
    app, port = served
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await loop.sock_connect(connection, ("127.0.0.1", port))
        await loop.sock_sendall(connection, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        before = -1
        while before < app.taken or not app.taken:  # until it stands still
            before = app.taken
            await asyncio.sleep(0.2)
        assert app.taken < len(LARGE) / 2
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        reader, writer = await asyncio.open_connection(sock=connection)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert await asyncio.wait_for(reader.readexactly(len(LARGE)), 60) == LARGE
        writer.close()
    assert app.taken == len(LARGE)


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
async def test_every_size_comes_whole(size):
    """Also on the edge of a piece; the last piece says that it is the last."""
    sent = []

    async def answer(_scope, _receive, send):
        await send({"type": "http.response.body", "body": b"x" * size})

    async def receive():
        raise AssertionError("the body is not asked for")

    async def take(message):
        sent.append(message)

    await Pieces(answer)({"type": "http"}, receive, take)
    assert b"".join(each["body"] for each in sent) == b"x" * size
    assert [each.get("more_body", False) for each in sent] == [True] * (len(sent) - 1) + [False]
    assert all(len(each["body"]) <= PIECE for each in sent)
