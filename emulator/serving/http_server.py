"""A plain HTTP server on loopback inside the emulator's own event loop, which keeps the signals."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from emulator.serving.ports import reserve


class HttpServer(uvicorn.Server):
    """One application on one loopback port."""

    def __init__(self, app: ASGIApp) -> None:
        # the application dates its own answers; the real service names no server
        config = uvicorn.Config(
            app,
            access_log=False,
            date_header=False,
            lifespan="off",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
            # longer than clients keep a connection: a request that meets its end is lost
            timeout_keep_alive=30,
            ws="none",
        )
        super().__init__(config)
        self._socket = reserve("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals: they are the emulator's."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets=sockets)
        self._ready.set()

    async def start(self) -> asyncio.Task[None]:
        """Serve; it is ready on return. The task ends with the server."""
        self._task = asyncio.create_task(self.serve(sockets=[self._socket]))
        await self._ready.wait()
        return self._task

    async def stop(self) -> None:
        """End what is open and stop."""
        self.should_exit = True
        if self._task is not None:
            await self._task
