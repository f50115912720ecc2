"""A restore behind a swap ends; where its loop spins all the same, the guard ends that at once and names it."""

import asyncio
import time

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from tests.proof.temporal.durable import through_temporal
from tests.proof.temporal.skipping import skipping_server
from tests.terminating.ending import in_process
from tests.terminating.lives import live
from tests.terminating.procedures import PROCEDURES
from tests.terminating.sweeping import behind_a_swap
from workflows.hosts.loop_guard import LoopSpinsError

SEVERAL = 4
LIST_A = PROCEDURES["list-a"]


@pytest.fixture(scope="module")
async def behind():
    """The first reading of the gate behind the swap of list A."""
    undisturbed = await live(LIST_A, in_process, (), again=False)
    return behind_a_swap(undisturbed.passed.passed)


@pytest.fixture
def spinning(monkeypatch):
    """The loop as it once was: a look stays due while settings are put back. The processor times at which it was."""
    began = []

    def due(run):
        if run.state.look_at is None or run.host.now() < run.state.look_at:
            return False
        began.append(time.process_time())
        return True

    monkeypatch.setattr("workflows.steps.gate_step.look_due", due)
    return began


async def test_a_restore_behind_a_swap_ends(behind):
    """Its gates are read several times; the site is as recorded, no client is lost, and another rotation runs."""
    result = await live(LIST_A, in_process, (behind.number,))
    assert result.problems == []
    readings = [each for each in result.passed.passed if each.what == "read_gate"]
    assert len(readings) > SEVERAL
    assert any(each.step.endswith("A10b") for each in readings)


async def test_the_same_hang_again_is_ended_within_a_second(behind, spinning):
    """In process the guard's own error comes out, with the wait that spins."""
    with pytest.raises(LoopSpinsError, match="A10b: read coverage"):
        await live(LIST_A, in_process, (behind.number,))
    assert time.process_time() - spinning[0] < 1


async def test_on_temporal_the_same_hang_fails_its_task_and_not_the_workflow(behind, spinning):
    """The failed task says which rotation spins and where, at once and not as a deadlock; the workflow is there."""
    async with skipping_server() as env:

        async def run(stage, state, watch):
            if state.outline.purpose != "restore":
                return await in_process(stage, state, watch)
            playing = asyncio.ensure_future(through_temporal(env.client)(stage, state))
            handle = env.client.get_workflow_handle(f"rotate/{stage.scenario.seed}/{id(stage)}")
            failure = await first_failure(handle, playing)
            assert "LoopSpinsError" in (failure.application_failure_info.type, failure.message.split(":")[0])
            assert f"rotation {state.rotation_id} of" in failure.message
            assert "A10b: read coverage" in failure.message
            assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
            await handle.terminate()
            with pytest.raises(WorkflowFailureError):
                await playing
            return ""

        await live(LIST_A, run, (behind.number,), again=False)
    assert spinning


async def first_failure(handle, playing):
    """The failure of the first workflow task that fails."""
    async with asyncio.timeout(60):
        while not playing.done():
            await asyncio.sleep(0.1)
            try:
                async for event in handle.fetch_history_events():
                    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                        return event.workflow_task_failed_event_attributes.failure
            except Exception:  # noqa: BLE001 - it has not begun yet
                continue
    pytest.fail("no workflow task has failed")
