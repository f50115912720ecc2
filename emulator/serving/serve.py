"""The emulator as it runs: simulation, ports, front, REST, control API and robot, wired together on the wall clock."""

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog

from emulator.people.desk import SiteDesk
from emulator.people.export import followed_by, serials
from emulator.people.robot import Robot
from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.serving.client_ports import ClientPorts
from emulator.serving.clock import WallClock
from emulator.serving.control import Controls, control_app
from emulator.serving.description import ControlDescription, Description, describe, url_of
from emulator.serving.front import FrontOrder
from emulator.serving.front_process import FrontProcess
from emulator.serving.http_server import HttpServer
from emulator.simulation import Simulation
from emulator.spec import SiteSpec

_LOG = structlog.get_logger("emulator")
_BEAT = timedelta(milliseconds=100)


@dataclass(frozen=True)
class RobotOrder:
    """Where the robot finds its tasks."""

    api: str
    key: str


@dataclass(frozen=True)
class ServeOptions:
    """How a site is served."""

    rest_port: int = 0
    """0: a free one is picked."""
    supervise_front: bool = True
    robot: RobotOrder | None = None


class Emulator:
    """One served site."""

    def __init__(self, spec: SiteSpec, options: ServeOptions | None = None) -> None:
        self._options = options or ServeOptions()
        self._clock = WallClock()
        self._ports = ClientPorts(spec, self._clock.now)
        self.simulation = Simulation(self._ports.spec, self._clock.start)
        self._ports.attach(self.simulation)
        self._token = secrets.token_urlsafe(24)
        self.desk = SiteDesk(self.simulation, self._clock.now, self.follow)
        self._rest = HttpServer(rest_app(RestService(self.simulation, self._clock.now, self._clock.start)))
        self._control = HttpServer(control_app(self._controls()))
        self._front = FrontProcess(
            self.simulation.site.first_server.address,
            self._options.rest_port,
            self._rest.port,
            supervised=self._options.supervise_front,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> Description:
        """Serve; everything answers on return."""
        self._tasks += [await self._rest.start(), await self._control.start()]
        await self.follow()
        front_pid = await self.start_front()
        if front_pid is None:
            raise RuntimeError("the TLS front does not run")
        self._tasks.append(asyncio.create_task(self._beat()))
        if self._options.robot is not None:
            self._tasks.append(asyncio.create_task(self._play(self._options.robot)))
        control = ControlDescription(url=url_of("http", "127.0.0.1", self._control.port), token=self._token)
        return describe(self.simulation, self._front.port, front_pid, control)

    async def stop(self) -> None:
        """Stop everything; nothing is left behind."""
        servers = len(("rest", "control"))
        for task in self._tasks[servers:]:
            task.cancel()
        await asyncio.gather(*self._tasks[servers:], return_exceptions=True)
        await self._front.stop()
        await asyncio.gather(self._rest.stop(), self._control.stop())
        await self._ports.close()

    async def run(self, ready: Callable[[Description], None]) -> None:
        """Serve until SIGINT or SIGTERM, or until a part fails, whose error is raised."""
        end = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end.set)
        try:
            ready(await self.start())
            ended = asyncio.create_task(end.wait())
            done, _ = await asyncio.wait([ended, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            for task in done - {ended}:
                task.result()
        finally:
            await self.stop()

    async def follow(self) -> None:
        """Make ports and front as the servers are at the simulation's moment."""
        await asyncio.gather(self._ports.follow(), self._front.follow(self._order()))

    async def start_front(self) -> int | None:
        """Start the front unless it runs, and return its process id."""
        await self._front.start(self._order())
        return self._front.pid

    def _order(self) -> FrontOrder:
        first = self.simulation.site.first_server
        return FrontOrder(
            certificate_pem=first.rest_credential.certificate_pem.decode(),
            key_pem=first.rest_credential.key_pem.decode(),
            up=self.simulation.site.answers,
        )

    def _controls(self) -> Controls:
        return Controls(
            simulation=self.simulation,
            clock=self._clock.now,
            desk=self.desk,
            follow=self.follow,
            start_front=self.start_front,
            token=self._token,
        )

    async def _beat(self) -> None:
        while True:
            self.simulation.advance_to(self._clock.now())
            await self.follow()
            await asyncio.sleep(_BEAT.total_seconds())

    def _pages(self, paths: Collection[str]) -> str:
        """The serials of groups and of those that inherit from them, as their pages show them."""
        self.simulation.advance_to(self._clock.now())
        return serials(self.simulation, followed_by(self.simulation, paths))

    async def _play(self, order: RobotOrder) -> None:
        spec = self.simulation.spec
        async with httpx.AsyncClient(
            base_url=order.api.rstrip("/"),
            headers={"Authorization": f"Bearer {order.key}"},
            timeout=10,
        ) as api:
            robot = Robot(api, self.desk, spec.name, spec.seed, spec.robot, pages=None if spec.rest else self._pages)
            with contextlib.suppress(asyncio.CancelledError):
                await robot.run()
