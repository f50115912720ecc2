"""Why rotations have no local activities: amid queries and signals, histories with them cannot be replayed."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer, Worker

ROUNDS = 15
TRIES = 12
"""Whether a replay has another time is chance: in most runs it does."""
LIMIT = timedelta(seconds=30)


@workflow.defn(sandboxed=False)
class DecidesAndKeeps:
    """Decides by the time, has an activity keep something, and then goes the way that was decided."""

    def __init__(self) -> None:
        self.rounds = 0

    @workflow.run
    async def run(self, in_the_task: bool) -> int:
        """Go round."""
        for _ in range(ROUNDS):
            await workflow.execute_activity("looks", start_to_close_timeout=LIMIT)
            odd = workflow.time_ns() // 1000 % 2
            if in_the_task:
                await workflow.execute_local_activity("keeps", schedule_to_close_timeout=LIMIT)
            else:
                await workflow.execute_activity("keeps", start_to_close_timeout=LIMIT)
            if odd:
                await workflow.sleep(timedelta(milliseconds=5))
            self.rounds += 1
        return self.rounds

    @workflow.signal
    def message(self) -> None:
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


async def replays(client, queue, *, in_the_task) -> bool:
    """Run it to its end amid queries and signals: whether a new worker could take it over."""
    async with Worker(client, task_queue=queue, workflows=[DecidesAndKeeps], activities=[looks, keeps]):
        handle = await client.start_workflow(DecidesAndKeeps.run, in_the_task, id=queue, task_queue=queue)

        async def asks() -> None:
            while True:
                with suppress(RPCError, WorkflowQueryFailedError):
                    await handle.query("count", rpc_timeout=LIMIT)
                await asyncio.sleep(0.002)

        async def speaks() -> None:
            while True:
                with suppress(RPCError):
                    await handle.signal("message")
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
    replayer = Replayer(workflows=[DecidesAndKeeps], data_converter=pydantic_data_converter)
    result = await replayer.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    return result.replay_failure is None


async def test_what_is_kept_by_an_activity_replays(plain, task_queue) -> None:
    """Queries and signals while it is kept make no history that a new worker could not take over."""
    for number in range(3):
        assert await replays(plain, f"{task_queue}-{number}", in_the_task=False)


async def test_what_is_kept_in_the_workflow_task_does_not(plain, task_queue) -> None:
    """What the test above holds against: the replay has what came with a query's task at another time."""
    for number in range(TRIES):
        if not await replays(plain, f"{task_queue}-{number}", in_the_task=True):
            return
    raise AssertionError(f"in {TRIES} tries every history was replayed: the SDK does otherwise now")
