"""The port of the door: a second server inside the process of the API, which has the log-ins."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.http.body_limit import BodyLimit
from api.temporal_ui.door import Door
from api.temporal_ui.ui_proxy import UiProxy

_LOOPBACK = "127.0.0.1"
_LARGEST = 1 << 20
"""Bytes of a body; a query's is some hundred."""


class _Server(uvicorn.Server):
    """A server beside that of the API."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals: the API's server has them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets=sockets)
        self.ready.set()


@contextlib.asynccontextmanager
async def open_door(
    api: FastAPI, upstream: str, port: int, tls: tuple[Path | None, Path | None] = (None, None), *, encrypted: bool
) -> AsyncIterator[None]:
    """Serve the Temporal UI that listens at `upstream` on a port of loopback, to those who have logged in.

    Args:
        api: answers for log-in and codec; its sessions say who has logged in, and where the UI may be opened.
        upstream: the UI itself, e.g. `http://127.3.2.1:20001`.
        port: where the door listens.
        tls: its certificate and private key, PEM; without them it speaks plain text.
        encrypted: whether the UI needs the codec server.

    Raises:
        OSError: when the port is taken.
    """
    # named, because asyncio has small answers wait for each other (Nagle) on sockets that do not say they are TCP
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        listener.bind((_LOOPBACK, port))
        ui = UiProxy(upstream, encrypted=encrypted)
        config = uvicorn.Config(
            Door(api, BodyLimit(ui, _LARGEST)),
            access_log=False,
            lifespan="off",
            log_config=None,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=tls[0],
            ssl_keyfile=tls[1],
            timeout_graceful_shutdown=2,
            timeout_keep_alive=30,
            ws="none",
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await server.ready.wait()
            yield
        finally:
            server.should_exit = True
            await serving
            await ui.close()
