"""A server that says what a test wants in place of what RFC 8555 says: the moods that no real one has on demand."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from certificates.new_certificate import make_self_signed
from engine.process.ports import choose_ports
from issuing.settings import AcmeSettings
from rotation.values import CertificateId

_JSON = "application/json"
_RESOURCES = ("newNonce", "newAccount", "newOrder", "order")


@dataclass
class Moody:
    """It accepts every account, and shows each resource as the test has it: status, headers, body."""

    where: str
    ca: Path
    shows: dict[str, tuple[int, dict[str, str], Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def settings(self) -> AcmeSettings:
        """How the product reaches it."""
        return AcmeSettings(directory=f"{self.where}/directory", ca=self.ca)

    def problem(self, resource: str, status: int, code: str, **headers: str) -> None:
        """Answer with a problem of the authority's."""
        body = {"type": f"urn:ietf:params:acme:error:{code}", "detail": f"the {code} of a test"}
        self.shows[resource] = (status, {"Content-Type": "application/problem+json", **headers}, body)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(writer)
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                await reader.readexactly(length)
                writer.write(self._answer(line.decode().split()[1].strip("/"), head=line.startswith(b"HEAD")))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    def _answer(self, resource: str, *, head: bool) -> bytes:
        self.asked.append(resource)
        usual = {
            "directory": (200, {}, {name: f"{self.where}/{name}" for name in _RESOURCES}),
            "newNonce": (200, {}, ""),
            "newAccount": (201, {"Location": f"{self.where}/account"}, {"status": "valid"}),
            "newOrder": (201, {"Location": f"{self.where}/order"}, {"status": "pending", "authorizations": []}),
        }
        status, headers, body = self.shows.get(resource) or usual.get(resource) or (404, {}, "")
        content = b"" if head else (body if isinstance(body, str) else json.dumps(body)).encode()
        lines = {"Content-Type": _JSON, "Replay-Nonce": f"{len(self.asked):04d}", **headers}
        fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {status} -\r\n{fields}Content-Length: {len(content)}\r\n\r\n".encode() + content

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator["Moody"]:
        """Start one on a free port."""
        (port,) = choose_ports("127.0.0.1", 0)
        own = make_self_signed(
            ("127.0.0.1",), identity=CertificateId("moody"), now=datetime.now(UTC), valid_for=timedelta(days=2)
        )
        assert own.key_pem is not None
        ca, key = folder / "moody.pem", folder / "moody.key"
        ca.write_text(own.certificate_pem)
        key.write_text(own.key_pem.get_secret_value())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(ca, key)
        moody = cls(f"https://127.0.0.1:{port}", ca)
        listener = await asyncio.start_server(moody._serve, "127.0.0.1", port, ssl=context)
        try:
            yield moody
        finally:
            listener.close()
            # from Python 3.12 on a server that is waited for waits for them, and callers keep theirs open
            for connection in moody.connections:
                connection.transport.abort()
