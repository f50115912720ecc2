"""Reports of a rotation that began with local activities: what fails there becomes an activity, and it lives on."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from engine.client.rotations import start_rotation
from engine.contract import ActivityName, Counted, LoadPlanAnswer, LoadPlanRequest, ProgressReport, RotateInput
from engine.ids import rotation_workflow
from rotation.plan.outline import Outline
from tests.engine.rotating import admitted
from workflows.rotate_site import RotateSite

FAILURES = {
    "to be tried again": ApplicationError("the store is locked", type="store"),
    "to be tried again soon": ApplicationError("not recorded", next_retry_delay=timedelta(seconds=15)),
    "for good": ApplicationError("no", type="store-unreadable", non_retryable=True),
    "a defect": KeyError("plan"),
}


@pytest.mark.parametrize("why", [*FAILURES, "it takes long"])
async def test_a_report_that_is_not_kept_at_once_is_kept_by_an_activity(
    client: Client, worker_client: Client, task_queue: str, begin: RotateInput, why: str
) -> None:
    """Whatever stands in the way of the one try: the report is kept by the activity, and the rotation ends."""
    tried: list[bool] = []

    @activity.defn(name=ActivityName.LOAD_PLAN)
    async def load(request: LoadPlanRequest) -> LoadPlanAnswer:
        nothing = Outline.to_load("rotate").model_copy(update={"steps": ()})
        return LoadPlanAnswer(hash=request.approved, outline=nothing)

    @activity.defn(name=ActivityName.RECORD_PROGRESS)
    async def keep(_report: ProgressReport) -> Counted:
        tried.append(activity.info().is_local)
        if not activity.info().is_local:
            return Counted(count=1)
        if why in FAILURES:
            raise FAILURES[why]
        await asyncio.sleep(60)
        return Counted(count=1)

    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    async with (
        Worker(
            worker_client,
            task_queue=task_queue,
            workflows=[RotateSite],
            activities=[admitted, load, keep],
            patch_activation_callback=lambda _: False,
        ),
        asyncio.timeout(60),
    ):
        await handle.result()
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert tried == [True, False, True, False], "two reports: it began, and it has ended"
