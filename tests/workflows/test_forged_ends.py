"""Activities that a client of Temporal ends as only Temporal itself would: nothing signs such an end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.failure.v1 import CanceledFailureInfo, Failure, TimeoutFailureInfo
from temporalio.api.workflowservice.v1 import RespondActivityTaskFailedByIdRequest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

from activities.registry import all_activities
from emulator.scenarios import one_server
from engine.contract import ActivityName, EventKind
from engine.interceptors.origin import UNSIGNED_INPUT
from tests.replaying import replay
from tests.workflows.stage import Handle, Stage
from workflows.rotate_site import RotateSite

HEARTBEAT = timedelta(minutes=5)
ENDS = (
    Failure(message="too late", timeout_failure_info=TimeoutFailureInfo()),
    Failure(message="not wanted", canceled_failure_info=CanceledFailureInfo()),
)
MANY = 100_000
"""Of refusals: time is skipped, and one alone would be over before it is looked at."""
REFUSED = ApplicationError("its input was refused", type=UNSIGNED_INPUT, non_retryable=True)


class Ends(Interceptor):
    """Ends the first tries of an activity that goes over the server; within a workflow task it fails."""

    def __init__(self, client: Client, name: ActivityName, *, by: tuple[Failure | ApplicationError, ...]) -> None:
        self.client, self.name, self.left = client, name, list(by)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Watch each activity."""
        return _Ending(next, self)


class _Ending(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, ends: Ends) -> None:
        super().__init__(following)
        self._ends = ends

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info, ends = activity.info(), self._ends
        if info.activity_type != ends.name or not ends.left:
            return await super().execute_activity(input)
        if info.is_local:
            raise ApplicationError("the store is busy")
        end = ends.left.pop(0)
        if isinstance(end, ApplicationError):
            raise end
        await ends.client.workflow_service.respond_activity_task_failed_by_id(
            RespondActivityTaskFailedByIdRequest(
                namespace=info.namespace, workflow_id=str(info.workflow_id), run_id=str(info.workflow_run_id),
                activity_id=info.activity_id, failure=end,
            )
        )  # fmt: skip
        raise ApplicationError("it has ended already")


@asynccontextmanager
async def ending(here: Stage, ends: Ends) -> AsyncIterator[Handle]:
    """A rotation some of whose activities end so; its history replays in the end."""
    await here.register()
    plan = await here.plan()
    worker = Worker(
        here.client,
        task_queue=here.task_queue,
        workflows=[RotateSite],
        activities=all_activities(here.store, here.world),
        interceptors=[ends],
    )
    async with worker:
        handle = await here.start(plan)
        yield handle
        history = await handle.fetch_history()
        await handle.terminate()
    await replay(history)


@pytest.mark.parametrize(("name", "by"), [(ActivityName.ADMIT, ENDS[:1]), (ActivityName.RECORD_PROGRESS, ENDS)])
async def test_what_a_rotation_cannot_be_without_runs_again(stage, name, by):
    """A forged timeout and cancel: the rotation neither ends nor stands still, and its events show it."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    ends = Ends(here.client, name, by=by)
    async with ending(here, ends) as handle:
        state = await here.until(handle, lambda state: not ends.left and state.task)
    events = await here.store.events.list(state.rotation_id)
    shown = [each.message for each in events if each.kind == EventKind.ATTENTION]
    assert [each.startswith(f"answer of {name}: it was not obeyed: it ended by a ") for each in shown] == [True]


@pytest.mark.parametrize("name", [ActivityName.ADMIT, ActivityName.RECORD_PROGRESS])
async def test_what_a_worker_refuses_runs_again(stage, name):
    """A refusal of the input: the rotation neither ends nor stands still, and attention shows it."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    ends = Ends(here.client, name, by=(REFUSED,) * MANY)
    async with ending(here, ends) as handle:
        await here.attention(handle, "not-done")
        ends.left.clear()
        await here.until(handle, lambda state: state.task)
