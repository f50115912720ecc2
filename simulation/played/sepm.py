"""SEPM's edge within one process: REST over ASGI, and a probe that looks at the emulated servers."""

import asyncio
import json
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from certificates.parsed_certificate import named
from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.state.damage import MalformedCredential
from emulator.state.site import Server as EmulatedServer
from rotation.site import Server, Site
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint
from sepm.access import Access, RequestLimits
from sepm.rest.client import SepmClient
from sepm.rest.line import Answer, Call
from sepm.tls.probe import HttpAnswer, presented
from simulation.clock import SimulatedClock
from simulation.played.recorded_output import RecordedOutput
from store.site.access import SiteConnection

# what a certificate names never changes, and a simulation looks at it thousands of times
_named = lru_cache(maxsize=1024)(named)
_SILENT = "connection refused"
_BELOW = "/sepm"


class RestLine:
    """Carries calls to the emulated REST API: the same bytes as over the network, without it."""

    def __init__(
        self, simulation: Simulation, clock: SimulatedClock, output: RecordedOutput | None = None, server: str = ""
    ) -> None:
        self._output, self.clock = output, clock
        start = clock.now()
        self._way = InProcess(
            RestService(simulation=simulation, clock=clock, start=start, pause=clock.sleep, server=server)
        )

    async def send(self, call: Call) -> Answer:
        """One call.

        Raises:
            httpx.ConnectError: when the server behind REST does not answer.
        """
        headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
        body = json.dumps(call.body).encode() if call.body is not None else b""
        if call.body is not None:
            headers.append((b"content-type", b"application/json"))
        query = urlencode(call.query).encode() if call.query else b""
        await asyncio.sleep(0)
        status, received, content = await self._way.carry(call.method, f"{_BELOW}{call.path}", query, headers, body)
        answer = Answer(status, {name.decode(): value.decode() for name, value in received}, content)
        if self._output is not None:
            self._output.hear_tokens(answer)
        return answer

    async def aclose(self) -> None:
        """Nothing is open."""


class KeptClient(SepmClient):
    """A client of the emulated REST API that all activities share: it stays open when one of them has done with it."""

    async def aclose(self) -> None:
        """Nothing: there is no connection, and its token serves the next activity too."""


def kept_client(site: Site, connection: SiteConnection, line: RestLine, clock: SimulatedClock) -> KeptClient:
    """The client of a site's emulated SEPM. It does not repeat reads: the host does, on simulated time."""
    access = Access(site=site.name, url=connection.rest_url, username=connection.username, password=connection.password)
    return KeptClient(access, transport=line, clock=clock, limits=RequestLimits(read_retries=0))


@dataclass(frozen=True)
class SimulatedProbe:
    """Sees what the emulated servers present."""

    simulation: Simulation
    clock: SimulatedClock

    async def probe(self, server: Server) -> ServedCertificate:
        """The certificate of the server's client port now."""
        now, emulated = self.clock.now(), self._look(server)
        if not emulated.answers or emulated.https_shut or emulated.https_port != server.https_port:
            return ServedCertificate(server=server.name, fingerprint=None, observed_at=now, error=_SILENT)
        credential = emulated.credential
        if isinstance(credential, MalformedCredential):
            return presented(server.name, credential.der, now)
        return ServedCertificate(
            server=server.name,
            fingerprint=Fingerprint(credential.fingerprint),
            not_before=credential.certificate.not_valid_before_utc,
            not_after=credential.certificate.not_valid_after_utc,
            named=_named(credential.certificate),
            observed_at=now,
        )

    async def probe_http(self, server: Server) -> HttpAnswer:
        """Whether the HTTP port answers, and the server's own clock."""
        now, emulated = self.clock.now(), self._look(server)
        answers = emulated.answers and emulated.http_port == server.http_port
        clock = emulated.clock(now).replace(microsecond=0) if answers else None
        return HttpAnswer(server=server.name, answers=answers, clock=clock, asked_at=now, answered_at=now)

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """As over HTTP."""
        return await self.probe_http(server)

    def _look(self, server: Server) -> EmulatedServer:
        self.simulation.advance_to(self.clock.now())
        return self.simulation.site.server(server.name)
