"""A real Temporal for the tests: one embedded server, a task queue of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from engine.client import connect, lazy_client
from engine.embedded import EmbeddedServer, RunningServer, find_binary
from engine.plugin import RotatorPlugin
from engine.ports import choose_ports
from engine.settings import TemporalSettings


def embedded(folder: Path) -> EmbeddedServer:
    """A server on free ports with its file in `folder`."""
    port, ui_port = choose_ports("127.0.0.1", 0, 0)
    return EmbeddedServer(
        database=folder / "temporal.db", port=port, ui_port=ui_port, binary=find_binary(TemporalSettings())
    )


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory) -> AsyncIterator[RunningServer]:
    """A server that every test of the session may use."""
    running = await RunningServer.start(embedded(tmp_path_factory.mktemp("temporal")))
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture(scope="session")
async def client(temporal) -> Client:
    """A client of it, as the API has one."""
    return await lazy_client(temporal.server.settings())


@pytest.fixture(scope="session")
async def worker_client(temporal) -> Client:
    """A client of it that can serve a worker."""
    return await connect(temporal.server.settings(), RotatorPlugin())


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test serves."""
    return f"queue-{uuid4().hex}"


@pytest.fixture
def own_server(tmp_path) -> EmbeddedServer:
    """A server to be started, killed and started again by one test."""
    return embedded(tmp_path)
