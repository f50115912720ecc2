"""A real Temporal for the tests: one embedded server, a task queue of its own for each test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from engine.client.client import connect, lazy_client
from engine.client.rotations import state
from engine.contract import RotateInput
from engine.fault import NoAnswer
from engine.ids import rotation_workflow
from engine.plugin import RotatorPlugin
from engine.process.embedded import EmbeddedServer, RunningServer, find_binary
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId
from tests.signing import SIGNING

Seen = Callable[[Client, SiteId, Callable[[RotationState], object]], Awaitable[RotationState]]


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


@pytest.fixture
async def plain(temporal) -> Client:
    """A client whose workers do what any workflow asks for."""
    server = temporal.server
    return await Client.connect(server.address, namespace=server.namespace, data_converter=pydantic_data_converter)


@pytest.fixture(scope="session")
async def client(temporal) -> Client:
    """A client of it, as the API has one."""
    return await lazy_client(temporal.server.settings())


@pytest.fixture(scope="session")
async def worker_client(temporal) -> Client:
    """A client of it that can serve a worker."""
    return await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING))


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test serves."""
    return f"queue-{uuid4().hex}"


@pytest.fixture
def seen() -> Seen:
    """Gives the state of a rotation as soon as it is so. After a failed task it takes seconds to answer."""

    async def until(client: Client, site_id: SiteId, ready: Callable[[RotationState], object]) -> RotationState:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(NoAnswer):
                    if ready(found := await state(client, site_id)):
                        return found
                await asyncio.sleep(0.02)

    return until


@pytest.fixture
def own_server(tmp_path) -> EmbeddedServer:
    """A server to be started, killed and started again by one test."""
    return embedded(tmp_path)


@pytest.fixture
async def begin(client) -> AsyncIterator[RotateInput]:
    """A rotation of a site that no other test rotates."""
    name = uuid4().hex
    site = SiteId(f"site-{name}")
    yield RotateInput(
        rotation_id=RotationId(f"rot-{name}"),
        site_id=site,
        site_name="<b>Site</b>",
        plan_id=PlanId("plan-1"),
        plan_hash="0123456789abcdef",
        purpose="rotate",
    )
    with contextlib.suppress(RPCError):  # it may have ended, or never begun
        await client.get_workflow_handle(rotation_workflow(site)).terminate()
