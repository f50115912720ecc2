"""Which workflow tasks count as failed: played with the real Temporal."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.process.embedded import RunningServer
from engine.settings import TemporalSettings
from tests.engine.conftest import embedded
from tests.sweep.histories import FailedTasks, failed_tasks


@dataclass
class Meeting:
    """Where the workflow, in a thread of its worker, waits within its task for the test."""

    ends: threading.Event = field(default_factory=threading.Event)
    """The workflow is about to end."""
    goes_on: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


_meetings: list[Meeting] = []


@workflow.defn
class Ending:
    """Ends when it has heard a signal; before that it waits, in the same task, for what the test does meanwhile."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @workflow.run
    async def run(self, behaves: str) -> list[str]:
        """Heard signals."""
        await workflow.wait_condition(lambda: bool(self.heard))
        if not workflow.unsafe.is_replaying() and len(self.heard) == 1:
            _meetings[-1].ends.set()
            assert _meetings[-1].goes_on.wait(60)
            if behaves == "fails":
                message = "the code is at fault"
                raise RuntimeError(message)
        return self.heard

    @workflow.signal
    def hear(self, word: str) -> None:
        """One more."""
        self.heard.append(word)


@pytest.fixture(scope="module")
async def settings(tmp_path_factory) -> AsyncIterator[TemporalSettings]:
    """Of a Temporal of this module."""
    running = await RunningServer.start(embedded(tmp_path_factory.mktemp("temporal")))
    yield running.server.settings()
    await running.stop()


async def serve(settings: TemporalSettings, queue: str, meeting: Meeting) -> None:
    """Serve the workflow. In the SDK's debug mode a task may stand still, and then stands in the way of its loop."""
    client = await Client.connect(settings.address, namespace=settings.namespace)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[Ending], workflow_runner=runner, debug_mode=True):
        await asyncio.to_thread(meeting.over.wait)


@pytest.mark.parametrize("behaves", ["ends", "fails"])
async def test_an_end_that_is_put_off_for_a_signal_is_no_defect_and_loses_nothing(settings, behaves):
    """The signal that came meanwhile is heard by the next task, and the end is counted; code that fails is a defect."""
    _meetings.append(here := Meeting())
    queue = uuid4().hex
    client = await Client.connect(settings.address, namespace=settings.namespace)
    serving = asyncio.create_task(asyncio.to_thread(asyncio.run, serve(settings, queue, here)))
    try:
        handle = await client.start_workflow("Ending", behaves, id=queue, task_queue=queue)
        await handle.signal("hear", "first")
        assert await asyncio.to_thread(here.ends.wait, 60)
        await handle.signal("hear", "as it ends")
        here.goes_on.set()
        assert await handle.result() == ["first", "as it ends"]
    finally:
        here.goes_on.set()
        here.over.set()
        await serving
    found = await failed_tasks(handle.fetch_history_events())
    if behaves == "ends":
        assert found == FailedTasks(put_off=1)
        return
    assert found.put_off == 0
    (defect,) = found.defects
    assert defect.endswith("WORKFLOW_WORKER_UNHANDLED_FAILURE: the code is at fault")
