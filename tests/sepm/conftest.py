"""A real TLS server that answers by script and notes every byte, and a clock that moves when someone sleeps on it."""

import asyncio
import inspect
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from certificates.keystores import to_pem
from certificates.new_certificate import make_self_signed
from certificates.parsed_certificate import ParsedCertificate
from rotation.values import CertificateId
from sepm.access import Access
from sepm.rest.client import SepmClient
from sepm.tls.trust import Trust

NOON = datetime(2030, 1, 2, 12, 0, tzinfo=UTC)
SENT_AT = "Wed, 02 Jan 2030 12:00:00 GMT"


class StepClock:
    """Time that passes only by sleeping."""

    def __init__(self):
        self.pauses: list[timedelta] = []
        self.passed = timedelta(hours=5)

    def now(self) -> datetime:
        """Noon and what has passed."""
        return NOON + self.passed

    def elapsed(self) -> timedelta:
        """What has passed."""
        return self.passed

    async def sleep(self, duration: timedelta) -> None:
        """Let `duration` pass at once."""
        self.pauses.append(duration)
        self.passed += duration
        await asyncio.sleep(0)


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def json(self):
        """The body."""
        return json.loads(self.body)


# What a script answers: status, body (JSON, or text as it is), more headers; None drops the connection without a word.
Answer = tuple[int, object, dict[str, str]] | tuple[int, object] | None
Script = Callable[[Asked], Awaitable[Answer] | Answer]


@dataclass
class TlsServer:
    """A server on loopback: its port, and all that reached it after a handshake."""

    certificate: ParsedCertificate
    context: ssl.SSLContext
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    connections: int = 0

    @property
    def access(self) -> Access:
        """How to log on to it."""
        return Access(
            site="Test", url=f"https://127.0.0.1:{self.port}", username="admin", password=SecretStr("S3cret-Pass")
        )

    def paths(self, method: str = "") -> list[str]:
        """What was asked for, below `/sepm`."""
        return [a.path.removeprefix("/sepm") for a in self.asked if a.method == method or not method]


def server_context(certificate: ParsedCertificate, folder: Path) -> ssl.SSLContext:
    """TLS as a server with that certificate."""
    file = folder / f"{certificate.facts.fingerprint}.pem"
    file.write_bytes(to_pem(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def serve_one(server: TlsServer, script: Script, reader, writer) -> bool:
    """Answer one request; False when the connection is over."""
    head = await reader.readuntil(b"\r\n\r\n")
    server.received += head
    lines = head.decode().split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    server.received += body
    asked = Asked(method, target, headers, body)
    server.asked.append(asked)
    answer = script(asked)
    if inspect.isawaitable(answer):
        answer = await answer
    if answer is None:
        return False
    status, body, more = (*answer, {})[:3]
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/json"
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), "Date": SENT_AT, **more}
    lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in fields.items() if v)]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    await writer.drain()
    return True


Starter = Callable[..., AbstractAsyncContextManager[TlsServer]]


@pytest.fixture(scope="session")
def certificates() -> list[ParsedCertificate]:
    """Three different self-signed certificates for 127.0.0.1."""
    now = datetime.now(UTC)
    return [
        make_self_signed(
            ("127.0.0.1", "localhost"), identity=CertificateId(f"c{n}"), now=now, valid_for=timedelta(days=30)
        )
        for n in range(3)
    ]


@pytest.fixture
def tls_server(certificates, tmp_path) -> Starter:
    """Starts a server for a script, as an async context manager."""

    @asynccontextmanager
    async def start(script: Script, certificate: ParsedCertificate | None = None) -> AsyncIterator[TlsServer]:
        served = certificate or certificates[0]
        server = TlsServer(served, server_context(served, tmp_path))
        writers = set()

        async def serve(reader, writer) -> None:
            server.connections += 1
            writers.add(writer)
            try:
                while await serve_one(server, script, reader, writer):
                    pass
            except (asyncio.IncompleteReadError, OSError):
                pass
            finally:
                writers.discard(writer)
                writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server.context)
        server.port = listener.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            listener.close()
            for writer in list(writers):
                writer.transport.abort()

    return start


@pytest.fixture
def step_clock() -> StepClock:
    """A clock that passes only by sleeping."""
    return StepClock()


@pytest.fixture
def logged_on() -> Callable[[Script], Script]:
    """Adds a logon that always works to a script, with a token of long life."""

    def wrap(script: Script) -> Script:
        def answer(asked: Asked):
            if asked.path.endswith("/identity/authenticate"):
                return 200, {"token": "the-token", "tokenExpiration": 3600, "role": {"bitMask": 8}}
            return script(asked)

        return answer

    return wrap


@pytest.fixture
def open_client(certificates):
    """Opens a client for a server with the first certificate."""

    def start(server):
        trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
        return SepmClient(server.access, trust)

    return start


@pytest.fixture
def ask(tls_server, logged_on, open_client):
    """Runs one question against a site; gives the answer and the server."""

    async def run(site, question):
        async with tls_server(logged_on(site)) as server, open_client(server) as client:
            return await question(client), server

    return run
