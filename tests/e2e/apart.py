"""The product as its parts: two workers and two APIs on one PostgreSQL, and a Temporal beside them."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.service.first_key import make_first_key
from engine.process.embedded import EmbeddedServer, RunningServer, find_binary
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from store.settings import StoreSettings
from tests.e2e.caller import TIMEOUT, Caller
from tests.e2e.house import CLEAN, look_until
from tests.signing import TEXT
from tests.worker_keys import WorkerKeyFiles

LOOPBACK = "127.0.0.1"
API = (
    "uvicorn",
    "--factory",
    "api.app:create_app",
    "--host",
    LOOPBACK,
    "--log-level",
    "warning",
    "--timeout-keep-alive",
    "30",
)


@dataclass
class Part:
    """A worker or an API as a process, with a file for its output."""

    process: asyncio.subprocess.Process
    log: Path

    @classmethod
    @asynccontextmanager
    async def running(cls, log: Path, *arguments: str, **environment: str) -> AsyncIterator["Part"]:
        """Start `python -m ARGUMENTS`, and stop it in the end unless it is dead by then."""
        async with cls.of_user({}, log, *arguments, **environment) as part:
            yield part

    @classmethod
    @asynccontextmanager
    async def of_user(
        cls, user: dict[str, Any], log: Path, *arguments: str, **environment: str
    ) -> AsyncIterator["Part"]:
        """As `running`, started as another user: what subprocess takes for that."""
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                stdout=output,
                stderr=output,
                env={**CLEAN, **environment},
                **user,
            )
        try:
            yield cls(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await asyncio.wait_for(process.wait(), TIMEOUT)

    async def says(self, text: str) -> None:
        """Wait until the text is in its output."""
        await self.until(lambda: text in self.log.read_text(), f"it says {text!r}")

    async def until(self, holds, what: str) -> None:
        """Wait until a condition holds; the process must live meanwhile."""

        async def seen() -> bool:
            assert self.process.returncode is None, self.log.read_text()
            found = holds()
            return bool(await found if asyncio.iscoroutine(found) else found)

        await look_until(seen, bool, what)

    async def kill(self) -> None:
        """Kill it with -9; no supervisor starts it again."""
        self.process.kill()
        await self.process.wait()


@dataclass
class Apart(Caller):
    """Two workers and two APIs that serve, and a caller that asks the APIs in turn; only workers open passwords."""

    workers: tuple[Part, ...]
    servers: tuple[Part, ...]
    store: StoreSettings
    """Of an API."""

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path, database_url: str) -> AsyncIterator["Apart"]:
        """Start all four at once on an empty database, and wait until each serves."""
        port, ui_port, *ports = choose_ports(LOOPBACK, 0, 0, 0, 0)
        temporal = EmbeddedServer(
            database=folder / "temporal.db", port=port, ui_port=ui_port, binary=find_binary(TemporalSettings())
        )
        environment = {
            "ROTATOR_FOLDER": str(folder),
            "ROTATOR_DATABASE_URL": database_url,
            "ROTATOR_KEY_FILE": str(folder / "rotator.key"),
            "ROTATOR_TEMPORAL_ADDRESS": temporal.address,
            "ROTATOR_TEMPORAL_NAMESPACE": temporal.namespace,
            "ROTATOR_TEMPORAL_SIGNING_KEYS": TEXT,
        }
        settings = StoreSettings(folder=folder, database_url=database_url, key_file=folder / "rotator.key")
        await make_first_key(settings, "Ann", folder / "api.key", only=True)
        pair = WorkerKeyFiles.new(folder)
        opens = {"ROTATOR_WORKER_KEY_FILE": str(pair.private)}
        seals = {"ROTATOR_WORKER_PUBLIC_KEY_FILE": str(pair.public)}
        store = settings.model_copy(update={"worker_public_key_file": pair.public})
        key = (folder / "api.key").read_text().strip()
        async with AsyncExitStack() as stack:
            server = await RunningServer.start(temporal)
            stack.push_async_callback(server.stop)
            workers = [
                await stack.enter_async_context(
                    Part.running(folder / f"worker-{number}", "worker", **environment, **opens)
                )
                for number in range(2)
            ]
            servers = [
                await stack.enter_async_context(
                    Part.running(folder / f"api-{each}", *API, "--port", str(each), **environment, **seals)
                )
                for each in ports
            ]
            apis = tuple(f"http://{LOOPBACK}:{each}" for each in ports)
            opened = cls(apis, key, temporal.settings(), tuple(workers), tuple(servers), store)
            stack.push_async_callback(opened.close)
            await opened.until_all_serve()
            yield opened

    async def worker_of(self, site: str) -> Part:
        """The worker that was the last to go on with the rotation of a site, and has it at hand."""
        history = await (await self.rotation(site)).fetch_history()
        last = next(
            each.workflow_task_completed_event_attributes.identity
            for each in reversed(history.events)
            if each.HasField("workflow_task_completed_event_attributes")
        )
        return next(each for each in self.workers if last.endswith(f":{each.process.pid}"))

    async def until_all_serve(self) -> None:
        """Wait until each worker and each API serves."""
        for worker in self.workers:
            await worker.says('"serving"')
        for api, server in zip(self.apis, self.servers, strict=True):

            async def ready(url: str = f"{api}/healthz/ready") -> bool:
                with contextlib.suppress(httpx.TransportError):
                    return (await self.http.get(url)).is_success
                return False

            await server.until(ready, f"{api} is ready")
