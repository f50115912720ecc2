"""Queries that reach a new worker between an activity's answer and the workflow task that it brings."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer, Worker

from engine.client.queries import ask_running
from engine.contract import EARLY_QUERY
from workflows.hosts.early_query import Moment

SOON = timedelta(milliseconds=300)
TRIES = 20
"""Whether a query comes first is chance: one in two or three does."""
LIMIT = timedelta(seconds=30)
LOST = timedelta(seconds=5)
"""A query that waits with one that fails is not answered."""


class Count(BaseModel):
    """How far the workflow is."""

    done: int
    heard: int


@workflow.defn(sandboxed=False)
class ByTheTime:
    """Goes one way when little time has passed, and another way when more has."""

    def __init__(self) -> None:
        self.done = self.heard = 0

    @workflow.run
    async def run(self, queue: str) -> str:
        """Have it answered by an activity, and decide by the time."""
        began, moment = workflow.now(), Moment()
        answer = workflow.start_activity("answered_later", task_queue=queue, start_to_close_timeout=LIMIT)
        await workflow.wait_condition(lambda: moment.is_early() or answer.done())
        moment.passed()
        self.done = 1
        if workflow.now() - began < SOON / 2:
            await workflow.execute_activity("answered_later", task_queue=queue, start_to_close_timeout=LIMIT)
            return "soon"
        await workflow.sleep(timedelta(milliseconds=10))
        return "later"

    @workflow.signal
    def message(self) -> None:
        """A message that ends no wait."""
        self.heard += 1

    @workflow.query
    def count(self) -> Count:
        """How far it is."""
        return Count(done=self.done, heard=self.heard)


async def _begun(handle, heard) -> None:
    """Wait until the workflow has run, and heard so much: on a busy machine a question may find no worker in time."""
    async with asyncio.timeout(LIMIT.total_seconds()):
        while True:
            with suppress(RPCError):
                if (await ask_running(handle, "count", Count)).heard == heard:
                    return


async def try_once(client, queue, *, messages) -> tuple[str, list[BaseException | Count]]:
    """Answer the activity while no worker serves the workflow, ask it, and then start one: its result and answers."""
    may_answer = asyncio.Event()

    @activity.defn
    async def answered_later() -> None:
        await may_answer.wait()

    def serves():
        return Worker(client, task_queue=queue, workflows=[ByTheTime], sticky_queue_schedule_to_start_timeout=SOON)

    activities = f"{queue}-activities"
    async with Worker(client, task_queue=activities, activities=[answered_later]):
        async with serves():
            handle = await client.start_workflow(
                ByTheTime.run, activities, id=queue, task_queue=queue, task_timeout=5 * SOON
            )
            for number in range(messages + 1):
                await _begun(handle, number)
                if number < messages:
                    await handle.signal("message")
        early = [asyncio.create_task(handle.query("count", result_type=Count, rpc_timeout=LOST)) for _ in range(2)]
        kept = asyncio.create_task(ask_running(handle, "count", Count))
        await asyncio.sleep(2 * SOON.total_seconds())
        may_answer.set()
        await asyncio.sleep(SOON.total_seconds())
        async with serves(), asyncio.timeout(LIMIT.total_seconds()):
            result = await handle.result()
            with suppress(Exception):
                await kept
            answers = await asyncio.gather(*early, return_exceptions=True)
    await Replayer(workflows=[ByTheTime], data_converter=pydantic_data_converter).replay_workflow(
        await handle.fetch_history()
    )
    return result, answers


@pytest.mark.parametrize("messages", [0, 1], ids=["a wait that was never looked at", "a wait that a message left open"])
async def test_a_query_does_not_run_a_workflow_ahead_of_its_task(plain, task_queue, messages) -> None:
    """It fails with a reason, the workflow goes the way of its own time, and its history replays."""
    for number in range(TRIES):
        result, answers = await try_once(plain, f"{task_queue}-{number}", messages=messages)
        assert result == "later"
        failed = [each for each in answers if isinstance(each, WorkflowQueryFailedError)]
        if failed:
            assert {str(each) for each in failed} == {EARLY_QUERY}
            return
    raise AssertionError(f"in {TRIES} tries no query came before its task: the SDK does otherwise now")
