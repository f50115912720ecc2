"""The ports that clients use: one HTTPS and one HTTP port of a server, with the certificate it has at this moment."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path

PROBE_PATH = "/secars/secars.dll?hello,secars"
_HEAD_LIMIT = 16 * 1024
_PATIENCE = 10.0

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Presented:
    """The certificate that a TLS port shows, with its key."""

    certificate_pem: bytes
    key_pem: bytes

    def context(self) -> ssl.SSLContext:
        """A server context of its own, so that no session outlives a swap."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # the ssl module reads certificates from files only
        with tempfile.TemporaryDirectory(prefix="sepm-emulator-") as directory:
            path = Path(directory) / "server.pem"
            path.write_bytes(self.certificate_pem + self.key_pem)
            context.load_cert_chain(path)
        return context


@dataclass(frozen=True)
class PortState:
    """What a port should be like now."""

    up: bool
    presented: Presented | None = None
    """None: plain TCP."""


def reserve(address: str, port: int) -> socket.socket:
    """Bind a port without listening on it.

    Connections are refused, and nobody else is given the port while the server that listens on it is down. Others that
    set SO_REUSEADDR may bind the same address and listen.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


class Listener:
    """One port that opens, closes and changes its certificate as its state says."""

    def __init__(self, address: str, port: int, conversation: Conversation) -> None:
        self._reserved = reserve(address, port)
        self.address = address
        self.port: int = self._reserved.getsockname()[1]
        self._conversation = conversation
        self._server: asyncio.Server | None = None
        self._state = PortState(up=False)
        self._writers: set[asyncio.StreamWriter] = set()
        self._turn = asyncio.Lock()
        self._opening = 0

    @property
    def state(self) -> PortState:
        """What the port is like."""
        return self._state

    async def follow(self, wanted: PortState) -> None:
        """Make the port as `wanted`. Open conversations are cut: the service behind it has restarted."""
        async with self._turn:
            if wanted == self._state:
                return
            self._shut()
            if wanted.up:
                context = wanted.presented.context() if wanted.presented else None
                self._server = await asyncio.start_server(
                    partial(self._converse, self._opening),
                    sock=self._listening_socket(),
                    ssl=context,
                    limit=_HEAD_LIMIT,
                )
            self._state = wanted

    async def close(self) -> None:
        """Close the port for good."""
        async with self._turn:
            self._shut()
            self._state = PortState(up=False)
            self._reserved.close()

    def _listening_socket(self) -> socket.socket:
        listening = reserve(self.address, self.port)
        listening.listen(100)
        return listening

    def _shut(self) -> None:
        self._opening += 1
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _converse(self, opening: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if opening != self._opening:
            # its handshake was under way when the port shut
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
                await self._conversation(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()


class ClientPort:
    """A client port of one server: answers the liveness probe, with the date of that server's own clock."""

    def __init__(self, address: str, port: int, state: Callable[[], PortState], clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock
        self._listener = Listener(address, port, self._answer)
        self.address = address
        self.port = self._listener.port

    async def follow(self) -> None:
        """Make the port as its server is now."""
        await self._listener.follow(self._state())

    async def close(self) -> None:
        """Close the port for good."""
        await self._listener.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        target = words[1] if len(words) == len(("method", "target", "version")) else ""
        if target == PROBE_PATH:
            status, body = "200 OK", b"OK"
        elif target.startswith("/secars/secars.dll?h="):
            # nobody here knows the KCS
            status, body = "400 Bad Request", b""
        else:
            status, body = "404 Not Found", b"Not Found"
        date = format_datetime(self._clock(), usegmt=True)
        answer = (
            f"HTTP/1.1 {status}\r\nDate: {date}\r\nServer: Apache\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(answer.encode("latin-1") + body)
        await writer.drain()
