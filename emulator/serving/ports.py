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
_TIMEOUT = 10.0

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

    Connections are refused, and no other socket is given the port while the server that listens on it is down.
    Others that set SO_REUSEADDR may bind the same address and listen.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # named, because asyncio has small answers wait for each other (Nagle) on sockets that do not say they are TCP
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
        self._listening: socket.socket | None = None
        self._arriving: dict[socket.socket, asyncio.Task[None]] = {}
        """Who has been accepted and has not shaken hands yet."""
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
                self._open(wanted.presented.context() if wanted.presented else None)
            self._state = wanted

    async def close(self) -> None:
        """Close the port for good."""
        async with self._turn:
            self._shut()
            self._state = PortState(up=False)
            self._reserved.close()
            await asyncio.gather(*self._arriving.values())

    def _open(self, context: ssl.SSLContext | None) -> None:
        # Not asyncio's server: it forgets a connection that it has accepted when it is closed in that moment, and the
        # other side then waits for a handshake that never comes.
        listening = reserve(self.address, self.port)
        listening.listen(100)
        listening.setblocking(False)
        self._listening = listening
        asyncio.get_running_loop().add_reader(listening, self._accept, listening, context)

    def _shut(self) -> None:
        self._opening += 1
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        for caller in self._arriving:
            with contextlib.suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._writers.clear()

    def _accept(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        try:
            caller, _ = listening.accept()
        except OSError:
            # gone again; with any other cause it is still in line
            return
        caller.setblocking(False)
        welcome = self._welcome(self._opening, caller, context)
        self._arriving[caller] = asyncio.get_running_loop().create_task(welcome)

    async def _welcome(self, opening: int, caller: socket.socket, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_HEAD_LIMIT, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, partial(self._converse, opening), loop=loop)
        try:
            await loop.connect_accepted_socket(lambda: protocol, caller, ssl=context)
        except OSError:
            # no handshake, or the port has shut: asyncio has closed it
            pass
        finally:
            del self._arriving[caller]

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
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _TIMEOUT)
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        target = words[1] if len(words) == len(("method", "target", "version")) else ""
        if target == PROBE_PATH:
            status, body = "200 OK", b"OK"
        elif target.startswith("/secars/secars.dll?h="):
            # no emulated server knows the KCS
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
