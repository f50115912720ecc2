"""A lane: a whole stack of its own, whose processes report where they are and are killed at chosen points."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.serving.listening import Listening
from cli.service.child_processes import ServiceProcesses
from cli.service.first_key import make_first_key
from cli.service.folder import Folder
from engine.client.client import lazy_client
from engine.client.presence import is_served
from engine.fault import EngineFault
from tests.sweep.checkpoint import DEAD, GO_ON, SOCKET
from tests.sweep.keeping import Kept
from tests.sweep.points import Passing, Place, Point, Victim, Watch

_AWAY = frozenset({429, 500, 502, 503, 504})
_INSTRUMENTED = {"worker": "tests.sweep.worker", "api": "tests.sweep.api"}
_AGAIN = "retry-after"
_TIMEOUT = 180
"""Seconds: one request may meet several deaths of the machine, one behind the other."""


@dataclass
class Lane:
    """Temporal, worker and API on ports of their own; every place that they pass is shown to `watch`."""

    processes: ServiceProcesses
    environment: dict[str, str]
    http: httpx.AsyncClient
    kept: dict[str, Kept] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self.processes.folder.root

    # -- what the API says ------------------------------------------------------------------------

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer of the API; a request is sent again while a part is away, or where a refusal has `Retry-After`."""
        async with asyncio.timeout(_TIMEOUT):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await self.http.request(method, path, **options)
                    if answer.is_success or (answer.status_code not in _AWAY and _AGAIN not in answer.headers):
                        return answer
                await asyncio.sleep(0.1)

    async def get(self, path: str) -> Any:
        """The JSON that the API shows at a path."""
        return (await self.ask("GET", path)).raise_for_status().json()

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """The JSON of the API's answer, which is no refusal."""
        answer = await self.ask("POST", path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    # -- deaths -----------------------------------------------------------------------------------

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the report of a process: let it go on, or kill the victim that is chosen there."""
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            line = await reader.readline()
            if not line:  # it died with its machine before it could report
                return
            report = json.loads(line)
            place = Place(report["process"], report["kind"], report["effect"], report["side"])
            passing = Passing(place, report["pid"], report["number"], report["step"], report["execution"])
            # the front serves several calls at a time: what was killed for one of them is gone for the others
            point = self.watch.passed(passing) if _lives(passing.pid) else None
            if point is not None:
                self._kill(point, passing)
            if point is None or point.victim in {Victim.TEMPORAL, Victim.SEPM}:
                writer.write(DEAD if point is not None and point.victim is Victim.SEPM else GO_ON)
                await writer.drain()

    def _kill(self, point: Point, passing: Passing) -> None:
        if point.victim is not Victim.TEMPORAL:
            os.kill(passing.pid, signal.SIGKILL)
        if point.victim is Victim.TEMPORAL:
            self.kept[ServiceProcesses.TEMPORAL].kill()
        elif point.victim is Victim.MACHINE:
            for kept in self.kept.values():
                kept.kill_innermost()

    async def rising(self) -> None:
        """Wait until everything serves."""
        async with asyncio.timeout(_TIMEOUT):
            while not await self._serves():  # noqa: ASYNC110 - it lies in other processes
                await asyncio.sleep(0.05)

    async def _serves(self) -> bool:
        with contextlib.suppress(httpx.TransportError, EngineFault):
            client = await lazy_client(self.processes.temporal, role="sweep")
            served = await is_served(client, self.processes.temporal.task_queue)
            return served and (await self.http.get("/healthz/live")).is_success
        return False


def _lives(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return pid > 0
    return False


@contextlib.asynccontextmanager
async def lane(folder: Path) -> AsyncIterator[Lane]:
    """A lane in a folder of its own."""
    place = Folder.at(folder)
    processes = ServiceProcesses.plan(place, Listening(host="127.0.0.1", port=0), 0, 0)
    await make_first_key(processes.store(), "sweep", place.api_key, only=True)
    place.make_signing_key()
    headers = {"Authorization": f"Bearer {place.api_key.read_text().strip()}"}
    async with httpx.AsyncClient(base_url=processes.api_url, headers=headers, timeout=40, trust_env=False) as http:
        made = Lane(processes, {SOCKET: str(folder / "sweep.sock")}, http)
        server = await asyncio.start_unix_server(made.hear, made.environment[SOCKET])
        try:
            assert processes.server is not None
            for child in processes.children():
                command = [_INSTRUMENTED.get(part, part) for part in child.command]
                if "-m" in command:
                    command.insert(command.index("-m") + 1, "tests.sweep.again")
                environment = {**child.environment, **made.environment}
                made.kept[child.name] = Kept(child.name, command, environment, place.root)
                if child.name == ServiceProcesses.TEMPORAL:
                    await processes.server.ready()
            await made.rising()
            yield made
        finally:
            server.close()
            for kept in reversed(made.kept.values()):
                await kept.stop()
