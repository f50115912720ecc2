"""The embedded server: what it keeps over kill -9, and what it refuses."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from engine import search_attributes
from engine.client.client import lazy_client
from engine.contract import SearchAttribute
from engine.fault import EmbeddedServerFailed
from engine.process import namespace
from engine.process.embedded import RunningServer, find_binary
from engine.process.ports import PortInUse
from engine.settings import TemporalSettings


async def test_it_goes_on_where_kill_9_stopped_it(own_server) -> None:
    """Killed and started on the same file: the open workflow is there, and retention and attributes still are."""
    client = await lazy_client(own_server.settings())
    running = await RunningServer.start(own_server)
    await client.start_workflow("Sleeps", id="survivor", task_queue="nobody")
    await running.kill()

    running = await RunningServer.start(own_server)
    try:
        found = await client.get_workflow_handle("survivor").describe()
        assert found.status is not None
        assert found.status.name == "RUNNING"
        assert await namespace.retention(client) == namespace.RETENTION
        assert await search_attributes.missing(client) == ()
    finally:
        await running.stop()


async def test_making_ready_again_changes_nothing(temporal, client) -> None:
    """Retention and registration are idempotent on a database that has them."""
    await temporal.server.ready()
    await temporal.server.ready()
    assert await namespace.retention(client) == namespace.RETENTION
    assert await search_attributes.missing(client) == ()


async def test_a_longer_retention_stays(own_server) -> None:
    """What an operator has set longer than ours is never shortened, over a restart neither."""
    longer = namespace.RETENTION * 2
    client = await lazy_client(own_server.settings())
    running = await RunningServer.start(own_server)
    await namespace.keep_at_least(client, longer)
    await running.stop()

    running = await RunningServer.start(own_server)
    try:
        assert await namespace.retention(client) == longer
    finally:
        await running.stop()


async def test_it_does_not_take_another_server_for_itself(temporal) -> None:
    """A port that something else serves is refused, although that one would answer."""
    with pytest.raises(PortInUse, match=str(temporal.server.port)):
        await RunningServer.start(temporal.server)


async def test_a_wrong_database_file_is_named(own_server) -> None:
    """A server that ends at once is an error that names the file, not a wait."""
    own_server.database.write_bytes(b"this is no database" * 100)
    with pytest.raises(EmbeddedServerFailed, match=r"temporal\.db"):
        await RunningServer.start(own_server)


def test_a_missing_binary_is_named(tmp_path) -> None:
    """A path that is set and wrong is not passed over in favour of another program."""
    with pytest.raises(EmbeddedServerFailed, match="ROTATOR_TEMPORAL_BINARY"):
        find_binary(TemporalSettings(binary=tmp_path / "temporal"))


@workflow.defn(sandboxed=False)
class Naps:
    """Sleeps ten times, a moment each."""

    @workflow.run
    async def run(self) -> None:
        """Sleep."""
        for _ in range(10):
            await workflow.sleep(timedelta(milliseconds=10))


async def test_timers_are_not_late(worker_client, task_queue) -> None:
    """Ten short timers end within three seconds: untuned, the server fires each up to a second late."""
    async with Worker(worker_client, task_queue=task_queue, workflows=[Naps]):
        async with asyncio.timeout(3):
            await worker_client.execute_workflow(Naps.run, id=f"naps-{task_queue}", task_queue=task_queue)


def test_every_attribute_has_a_type() -> None:
    """An attribute that is added to the contract must be registered too."""
    assert set(search_attributes.TYPES) == set(SearchAttribute)
