"""Another run under the id of a rotation's workflow, a stranger's or one that was reset: it changes nothing."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio import workflow
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.common import RawValue, RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.admission import NOT_RECORDED
from activities.registry import all_activities
from emulator.scenarios import one_server
from engine.contract import ROTATE_WORKFLOW, ActivityName
from store.trail.site_trail import TrailKind

HEARTBEAT = timedelta(minutes=5)
SWAP = "replace_certificate"
_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_TASK_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Copies:
    """A workflow of a stranger, under the id of a rotation, that has an activity done with what it has copied."""

    @workflow.run
    async def run(self, task_queue: str, name: str, activity_id: str, payload: str) -> str:
        """Why it was not done."""
        try:
            await workflow.execute_activity(
                name,
                RawValue(Payload.FromString(bytes.fromhex(payload))),
                activity_id=activity_id,
                task_queue=task_queue,
                start_to_close_timeout=timedelta(minutes=5),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is
            return f"{getattr(error.__cause__, 'type', '')}: {getattr(error.__cause__, 'message', '')}"
        return "done"


def scheduled(history: WorkflowHistory, name: ActivityName) -> list[tuple[str, str]]:
    """Id and input of each activity of that name, as every reader of Temporal has them."""
    found = [
        event.activity_task_scheduled_event_attributes for event in history.events if event.event_type == _SCHEDULED
    ]
    return [
        (each.activity_id, each.input.payloads[0].SerializeToString().hex())
        for each in found
        if each.activity_type.name == name
    ]


async def repaired(here):
    """How many repairs the rotation has reported."""
    return [event for event in await here.story() if event.kind == "repaired"]


async def test_a_repair_is_not_done_for_another_run(stage):
    """A stranger terminates the rotation, and has a repair done that it has read in its history: refused, an alarm."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register()
    config: Any = {**here.client.config(), "data_converter": pydantic_data_converter, "plugins": []}
    forger = Client(**config)
    (group, location), *_ = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        await here.task(handle, SWAP)
        here.simulation.console.set_secure_communications(group, location, True)
        async with asyncio.timeout(60):
            while not await repaired(here):  # noqa: ASYNC110 - it lies in the store
                await asyncio.sleep(0.05)
        activity_id, payload = scheduled(await handle.fetch_history(), ActivityName.WRITE_SETTINGS)[-1]
    here.simulation.console.set_secure_communications(group, location, True)
    as_left, events = here.settings(), len(await here.story())

    ours = Worker(here.client, task_queue=here.task_queue, activities=all_activities(here.store, here.world))
    strange = f"{here.task_queue}-strange"
    theirs = Worker(forger, task_queue=strange, workflows=[Copies], workflow_runner=UnsandboxedWorkflowRunner())
    async with ours, theirs:
        sent = [here.task_queue, ActivityName.WRITE_SETTINGS.value, activity_id, payload]
        answer = await forger.execute_workflow(Copies.run, args=sent, id=handle.id, task_queue=strange)

    assert answer.startswith(
        f"{NOT_RECORDED}: write_settings of rotation {here.rotation_id} was refused: it was made for"
    )
    assert (here.settings(), len(await here.story())) == (as_left, events)
    assert [each.rotation_id for each in await alarms(here)] == [here.rotation_id]


async def test_a_rotation_that_was_reset_does_nothing_more(stage):
    """Set back behind its relaxing it knows less than the store: no event, no write, one alarm."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        async with asyncio.timeout(60):
            while (await here.story())[-1].kind != "task-opened":  # noqa: ASYNC110 - it lies in the store
                await asyncio.sleep(0.05)
        tasks = [event.event_id for event in (await handle.fetch_history()).events if event.event_type == _TASK_DONE]
        before = (here.settings(), len(await here.story()), here.simulation.effects.report())
        await here.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=here.client.namespace, workflow_execution=WorkflowExecution(workflow_id=handle.id),
                workflow_task_finish_event_id=tasks[len(tasks) // 2], request_id=uuid4().hex, reason="a test",
            )
        )  # fmt: skip
        newest = here.client.get_workflow_handle(handle.id)
        here.handles.append(newest)
        async with asyncio.timeout(60):
            while not await alarms(here):  # noqa: ASYNC110 - it lies in the store
                await asyncio.sleep(0.05)
        # what the reset took over unfinished was made for the run before; what it asks itself, it was not admitted for
        (alarm,) = await alarms(here)
        assert "was admitted" in alarm.message or "it was made for run" in alarm.message
        assert (here.settings(), len(await here.story()), here.simulation.effects.report()) == before
        assert (await here.store.tasks.get(task.id)).claimed_by == ""


async def alarms(here):
    """The alarms on the trail of the site."""
    every = await here.store.trail.list("site")
    return [each for each in every if each.kind == TrailKind.ACTIVITY_REFUSED]
