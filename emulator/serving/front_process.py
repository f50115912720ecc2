"""The front as seen by the emulator: started, given orders, and started again when it was killed."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process

from emulator.serving.front import FrontOrder, FrontReport
from emulator.serving.ports import reserve

_STOP_TIMEOUT = 5.0


class FrontProcess:
    """One front process on a port that stays its own over kills."""

    def __init__(self, address: str, port: int, upstream: int, *, supervised: bool = True) -> None:
        self._reserved = reserve(address, port)
        self.address = address
        self.port: int = self._reserved.getsockname()[1]
        self._upstream = upstream
        self._supervised = supervised
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._order: FrontOrder | None = None
        self._report: FrontReport | None = None
        self._turn = asyncio.Lock()
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """Process id of the living front."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def report(self) -> FrontReport | None:
        """The front's latest report."""
        return self._report

    async def start(self, order: FrontOrder) -> None:
        """Start the front, or start it again; it is ready on return."""
        async with self._turn:
            if self.pid is None and not self._stopping:
                await self._spawn(order)

    async def follow(self, order: FrontOrder) -> None:
        """Have the front carry out `order`; a dead front gets it when it is started again."""
        async with self._turn:
            if order == self._order:
                return
            self._order = order
            if self.pid is not None:
                await self._send(order)

    async def wait_dead(self) -> None:
        """Return when an unsupervised front is dead."""
        if self._watch is not None:
            await self._watch

    async def stop(self) -> None:
        """End the front: its input ends, and a front that goes on is killed."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), _STOP_TIMEOUT)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._watch is not None:
            await self._watch
        self._reserved.close()

    async def _spawn(self, order: FrontOrder) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "emulator.serving.front",
            "--address",
            self.address,
            "--port",
            str(self.port),
            "--upstream",
            str(self._upstream),
            stdin=PIPE,
            stdout=PIPE,
        )
        self._order = order
        await self._send(order)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._restart_when_dead())

    async def _send(self, order: FrontOrder) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return
        with contextlib.suppress(ConnectionError):
            process.stdin.write(order.model_dump_json().encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
            if line:
                self._report = FrontReport.model_validate_json(line)

    async def _restart_when_dead(self) -> None:
        while True:
            process = self._process
            if process is None:
                return
            await process.wait()
            if self._stopping or not self._supervised:
                return
            async with self._turn:
                if self._process is process and self._order is not None:
                    await self._spawn(self._order)
