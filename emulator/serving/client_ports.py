"""The client ports of all servers: bound before the site is built, for the site's lists carry their numbers."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from emulator.serving.ports import ClientPort, PortState, Presented
from emulator.simulation import Simulation
from emulator.spec import ServerSpec, SiteSpec
from emulator.state.damage import MalformedCredential
from emulator.state.site import Server


class ClientPorts:
    """An HTTPS and an HTTP port for each server of a site."""

    def __init__(self, spec: SiteSpec, clock: Callable[[], datetime]) -> None:
        self._simulation: Simulation | None = None
        self._clock = clock
        self._ports: dict[str, tuple[ClientPort, ClientPort]] = {}
        for server in spec.servers:
            self._ports[server.name] = (self._port(server, tls=True), self._port(server, tls=False))
        self.spec = spec.with_ports({name: (https.port, http.port) for name, (https, http) in self._ports.items()})

    def attach(self, simulation: Simulation) -> None:
        """From now on the ports are as the servers of `simulation` are."""
        self._simulation = simulation

    async def follow(self) -> None:
        """Make all ports as their servers are now."""
        await asyncio.gather(*(port.follow() for pair in self._ports.values() for port in pair))

    async def close(self) -> None:
        """Close all ports for good."""
        await asyncio.gather(*(port.close() for pair in self._ports.values() for port in pair))

    def _port(self, server: ServerSpec, *, tls: bool) -> ClientPort:
        def state() -> PortState:
            found = self._server(server.name)
            if found is None:
                return PortState(up=False)
            credential = found.credential
            # no TLS port can be opened with a malformed certificate: a caller that shakes hands gets no answer
            shows = tls and not isinstance(credential, MalformedCredential)
            shown = Presented(credential.certificate_pem, credential.key_pem) if shows else None
            return PortState(up=found.answers and not (tls and found.https_shut), presented=shown)

        def clock() -> datetime:
            found = self._server(server.name)
            return self._clock() if found is None else found.clock(self._clock())

        return ClientPort(server.address, server.https_port if tls else server.http_port, state, clock)

    def _server(self, name: str) -> Server | None:
        return None if self._simulation is None else self._simulation.site.server(name)
