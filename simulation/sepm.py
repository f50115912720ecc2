"""SEPM's edge within one process: REST over ASGI, and a probe that looks at the emulated servers."""

from collections.abc import AsyncIterator, MutableMapping
from dataclasses import dataclass
from typing import Any

import httpx

from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.site import Server as EmulatedServer
from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint
from sepm.access import Access, Patience
from sepm.client import SepmClient
from sepm.probe import HttpAnswer
from simulation.clock import SimulatedClock
from store.sites import SiteConnection

_SILENT = "connection refused"


class RestLine(httpx.AsyncBaseTransport):
    """Carries requests to the emulated REST API: the same bytes as over the network, without it."""

    def __init__(self, simulation: Simulation, clock: SimulatedClock) -> None:
        self._service = RestService(simulation=simulation, clock=clock, start=clock.now())
        self._app = rest_app(self._service)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call.

        Raises:
            httpx.ConnectError: when the server behind REST does not answer.
        """
        self._service.advance()
        if not self._service.site.first_server.up:
            raise httpx.ConnectError(_SILENT, request=request)
        call = _Call(request)
        await self._app(call.scope, call.receive, call.send)
        return httpx.Response(call.status, headers=call.headers, stream=_Body(bytes(call.answer)))


class _Call:
    """One ASGI call: a request with its whole body, an answer that is put together."""

    def __init__(self, request: httpx.Request) -> None:
        path, _, query = request.url.raw_path.partition(b"?")
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(key.lower(), value) for key, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": path,
            "query_string": query,
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 0),
            "root_path": "",
        }
        self._body = request.read() if isinstance(request.stream, httpx.ByteStream) else b""
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.answer = bytearray()

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.answer += message.get("body", b"")


class _Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class KeptClient(SepmClient):
    """A client of the emulated REST API that all activities share: it stays open when one of them has done with it."""

    async def aclose(self) -> None:
        """Nothing: there is no connection, and its token serves the next activity too."""


def kept_client(site: Site, connection: SiteConnection, line: RestLine, clock: SimulatedClock) -> KeptClient:
    """The client of a site's emulated SEPM. It does not repeat reads: the host does, on simulated time."""
    access = Access(site=site.name, url=connection.rest_url, username=connection.username, password=connection.password)
    return KeptClient(access, transport=line, clock=clock, patience=Patience(read_retries=0))


@dataclass(frozen=True)
class SimulatedProbe:
    """Sees what the emulated servers present."""

    simulation: Simulation
    clock: SimulatedClock

    async def probe(self, server: Server) -> ServedCertificate:
        """The certificate of the server's client port now."""
        now, emulated = self.clock.now(), self._look(server)
        if not emulated.up:
            return ServedCertificate(server=server.name, fingerprint=None, observed_at=now, error=_SILENT)
        credential = emulated.credential
        return ServedCertificate(
            server=server.name,
            fingerprint=Fingerprint(credential.fingerprint),
            not_after=credential.certificate.not_valid_after_utc,
            observed_at=now,
        )

    async def probe_http(self, server: Server) -> HttpAnswer:
        """Whether the HTTP port answers, and the server's own clock."""
        now, emulated = self.clock.now(), self._look(server)
        clock = emulated.clock(now).replace(microsecond=0) if emulated.up else None
        return HttpAnswer(server=server.name, answers=emulated.up, clock=clock, asked_at=now, answered_at=now)

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """As over HTTP."""
        return await self.probe_http(server)

    def _look(self, server: Server) -> EmulatedServer:
        self.simulation.advance_to(self.clock.now())
        return self.simulation.site.server(server.name)
