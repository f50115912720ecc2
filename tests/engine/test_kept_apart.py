"""Workflow tasks with a local activity, while queries and signals come: each is replayed by itself."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer, Worker

from workflows.hosts.kept_apart import TaskKeeper
from workflows.ui_details import PHASE

ROUNDS = 15
TRIES = 12
"""Whether two tasks are joined, and whether that matters, is chance: in most runs it does."""
LIMIT = timedelta(seconds=30)


@workflow.defn(sandboxed=False)
class AroundALocalActivity:
    """Decides by the time, has a local activity keep something, and then goes the way that was decided."""

    def __init__(self) -> None:
        self.rounds = 0

    @workflow.run
    async def run(self, keeps_apart: bool) -> int:
        """Go round."""
        keeper = TaskKeeper()
        for _ in range(ROUNDS):
            await workflow.execute_activity("looks", start_to_close_timeout=LIMIT)
            odd = workflow.time_ns() // 1000 % 2
            kept = workflow.start_local_activity("keeps", schedule_to_close_timeout=LIMIT)
            if keeps_apart and keeper.needs_command():
                workflow.upsert_search_attributes([PHASE.value_set("preparing")])
            await kept
            if odd:
                await workflow.sleep(timedelta(milliseconds=5))
            self.rounds += 1
        return self.rounds

    @workflow.signal
    def heard(self) -> None:
        """A message that changes nothing: its task has no command."""

    @workflow.query
    def count(self) -> int:
        """How far it is."""
        return self.rounds


@activity.defn
async def looks() -> None:
    """Takes as long as a message needs."""
    await asyncio.sleep(0.05)


@activity.defn
async def keeps() -> None:
    """Takes as long as a query needs."""
    await asyncio.sleep(0.02)


@pytest.fixture
async def plain(temporal) -> Client:
    """A client whose workers do what any workflow asks for."""
    server = temporal.server
    return await Client.connect(server.address, namespace=server.namespace, data_converter=pydantic_data_converter)


async def replays(client, queue, *, keeps_apart) -> bool:
    """Run it to its end amid queries and signals: whether a new worker could take it over."""
    async with Worker(client, task_queue=queue, workflows=[AroundALocalActivity], activities=[looks, keeps]):
        handle = await client.start_workflow(AroundALocalActivity.run, keeps_apart, id=queue, task_queue=queue)

        async def asks() -> None:
            while True:
                with suppress(RPCError, WorkflowQueryFailedError):
                    await handle.query("count", rpc_timeout=LIMIT)
                await asyncio.sleep(0.002)

        async def speaks() -> None:
            while True:
                with suppress(RPCError):
                    await handle.signal("heard")
                await asyncio.sleep(0.03)

        disturbing = [asyncio.create_task(each) for each in (speaks(), *(asks() for _ in range(4)))]
        try:
            async with asyncio.timeout(LIMIT.total_seconds()):
                await handle.result()
        except TimeoutError:
            await handle.terminate()
            return False
        finally:
            for each in disturbing:
                each.cancel()
            await asyncio.gather(*disturbing, return_exceptions=True)
    replayer = Replayer(workflows=[AroundALocalActivity], data_converter=pydantic_data_converter)
    result = await replayer.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    return result.replay_failure is None


async def test_tasks_that_are_kept_apart_replay(plain, task_queue) -> None:
    """Queries that are answered while a local activity runs do not make a history that cannot be replayed."""
    for number in range(3):
        assert await replays(plain, f"{task_queue}-{number}", keeps_apart=True)


async def test_tasks_that_are_not_are_joined(plain, task_queue) -> None:
    """What the test above holds against: without a command of its own such a task is replayed at another time."""
    for number in range(TRIES):
        if not await replays(plain, f"{task_queue}-{number}", keeps_apart=False):
            return
    raise AssertionError(f"in {TRIES} tries no task was joined with another: the SDK does otherwise now")
