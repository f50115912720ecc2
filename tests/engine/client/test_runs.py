"""What Temporal shows of a workflow: one that fails, is left alone, was ended or set back, or is a stranger's."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from engine.client.client import lazy_client
from engine.client.presence import polled_at
from engine.client.rotations import start_rotation
from engine.client.runs import answer_of, newest_run, open_runs
from engine.contract import NEXT_ACT_QUERY, ROTATE_WORKFLOW, RotateInput
from engine.ids import rotation_workflow
from rotation.standing.records import Failed, NextAct, Run, RunStatus, Silent, WorkerAnswer

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@activity.defn(name="full")
async def full() -> None:
    """An activity that can never be done, for a reason that has reasons."""
    try:
        _deep(20)
    except OSError as error:
        raise ApplicationError("database or disk is full", type="OperationalError") from error


def _deep(level: int) -> None:
    """Fail below others, as libraries do."""
    try:
        if level:
            _deep(level - 1)
    except OSError as error:
        raise OSError(f"level {level}: č{'.' * 300}") from error
    raise OSError("no space left on device")


class Asked:
    """A workflow that can be asked for its next act."""

    @workflow.query(name=NEXT_ACT_QUERY)
    def act(self) -> NextAct:
        """When it acts next."""
        return NextAct(at=LATER)


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Sleeps(Asked):
    """A rotation that is well."""

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Sleep, a first moment and then long."""
        await workflow.sleep(0.01)
        await workflow.sleep(timedelta(days=1))


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Differs(Asked):
    """The same in a version that does something else first."""

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Do something else."""
        await workflow.execute_activity(full, start_to_close_timeout=timedelta(seconds=5))


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Breaks(Asked):
    """A rotation with a defect."""

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Break down."""
        raise KeyError("a defect")


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Renews(Asked):
    """A rotation that goes on in a new history."""

    @workflow.run
    async def run(self, begin: RotateInput) -> None:
        """Go on once."""
        if workflow.info().continued_run_id is None:
            workflow.continue_as_new(begin)
        await workflow.sleep(timedelta(days=1))


@pytest.fixture
def serving(worker_client, task_queue):
    """Serves the task queue with a worker of some version."""

    @asynccontextmanager
    async def served(version):
        async with Worker(
            worker_client, task_queue=task_queue, workflows=[version], activities=[full],
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        ):  # fmt: skip
            yield

    return served


async def until(look, holds):
    """Look until it holds; gives what was seen then."""
    async with asyncio.timeout(60):
        while not holds(found := await look()):  # noqa: ASYNC110 - it lies in Temporal
            await asyncio.sleep(0.1)
    return found


@pytest.fixture
def seen(client, begin):
    """Looks at the rotation until a condition holds."""

    async def looked(holds):
        return await until(lambda: newest_run(client, rotation_workflow(begin.site_id)), holds)

    return looked


async def asked(client, begin):
    return await answer_of(client, rotation_workflow(begin.site_id), now=datetime.now(UTC))


async def test_a_rotation_that_is_well_shows_whose_it_is(client, begin, task_queue, serving, seen) -> None:
    """Its rotation, its type and its state are shown, a worker answers for it, and nothing of it is pending."""
    async with serving(Sleeps):
        started = await start_rotation(client, begin, task_queue=task_queue)
        run = await seen(lambda run: run.task is None)
        assert await asked(client, begin) == WorkerAnswer(next_act=NextAct(at=LATER))
    assert run == Run(
        workflow_id=rotation_workflow(begin.site_id), run_id=started.run_id, type=ROTATE_WORKFLOW,
        rotation_id=begin.rotation_id, status=RunStatus.RUNNING,
    )  # fmt: skip


async def test_a_workflow_task_that_fails_tells_why(client, begin, task_queue, serving, seen) -> None:
    """Its attempts are counted from the first on, long before Temporal itself reports a problem."""
    async with serving(Breaks):
        await start_rotation(client, begin, task_queue=task_queue)
        run = await seen(lambda run: run.task and run.task.attempt >= 3)
    assert run.task is not None
    assert run.task.error == "KeyError: 'a defect'"


async def test_a_version_that_does_something_else_cannot_take_it_up(client, begin, task_queue, serving, seen) -> None:
    """Nothing of the rotation is due for a day; asked, the worker says at once that it cannot play its history."""
    async with serving(Sleeps):
        await start_rotation(client, begin, task_queue=task_queue)
        await seen(lambda run: run.task is None)
        handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
        await until(handle.fetch_history, lambda history: len(history.events) >= 9)
    async with serving(Differs):
        word = await until(lambda: asked(client, begin), lambda word: not isinstance(word, Silent))
    assert isinstance(word, Failed)
    assert "ondeterminism" in word.error


async def test_no_answer_comes_without_a_worker(client, begin, task_queue) -> None:
    """Started and never taken up: it is silent, and no worker has asked for work of its queue."""
    await start_rotation(client, begin, task_queue=task_queue)
    assert isinstance(await asked(client, begin), Silent)
    assert await polled_at(client, task_queue) is None


async def test_when_a_worker_last_asked_for_work(client, task_queue, serving) -> None:
    """A worker is seen as soon as it asks."""
    before = datetime.now(UTC) - timedelta(seconds=5)
    async with serving(Sleeps):
        polled = await until(lambda: polled_at(client, task_queue), lambda polled: polled is not None)
    assert before < polled <= datetime.now(UTC) + timedelta(seconds=5)


async def test_an_activity_that_fails_again_and_again_tells_why(client, begin, task_queue, serving, seen) -> None:
    """Its name, its attempts and its last failure are shown: Temporal keeps a small one only, of those tried again."""
    async with serving(Differs):
        await start_rotation(client, begin, task_queue=task_queue)
        run = await seen(lambda run: any(each.attempt >= 2 for each in run.activities))
    (failing,) = run.activities
    assert (failing.name, failing.error_type) == ("full", "OperationalError")
    assert failing.error == "OperationalError: database or disk is full"


async def test_how_it_was_ended_or_set_back_from_outside(client, begin, task_queue, serving, seen) -> None:
    """A reset is shown with its time, a terminate as such; of a deleted history nothing is left."""
    workflow_id = rotation_workflow(begin.site_id)
    handle = client.get_workflow_handle(workflow_id)
    async with serving(Sleeps):
        await start_rotation(client, begin, task_queue=task_queue)
        await seen(lambda run: run.task is None)
        execution = WorkflowExecution(workflow_id=workflow_id)
        reset = ResetWorkflowExecutionRequest(
            namespace=client.namespace, workflow_execution=execution, workflow_task_finish_event_id=4,
            request_id=uuid4().hex, reason="a test",
        )  # fmt: skip
        assert (await seen(lambda run: run)).reset_at is None
        await client.workflow_service.reset_workflow_execution(reset)
        assert (await seen(lambda run: run.reset_at)).status is RunStatus.RUNNING
    await handle.terminate("a test")
    assert (await seen(lambda run: not run.status.is_open)).status is RunStatus.TERMINATED
    delete = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    await client.workflow_service.delete_workflow_execution(delete)
    await until(lambda: newest_run(client, workflow_id), lambda run: run is None)
    assert await asked(client, begin) is None


async def test_a_missing_namespace_proves_nothing(temporal, begin) -> None:
    """A namespace that is not there is no proof that a workflow is gone."""
    settings = temporal.server.settings().model_copy(update={"namespace": "not-there"})
    with pytest.raises(RPCError, match=r"(?i)namespace not-there is not found"):
        await newest_run(await lazy_client(settings), rotation_workflow(begin.site_id))


async def test_a_new_history_of_the_same_rotation_is_the_rotation(client, begin, task_queue, serving, seen) -> None:
    """Continued as new it runs under the same id and name, neither reset nor ended."""
    async with serving(Renews):
        started = await start_rotation(client, begin, task_queue=task_queue)
        run = await seen(lambda run: run.run_id != started.run_id and run.task is None)
    assert (run.rotation_id, run.status, run.reset_at) == (begin.rotation_id, RunStatus.RUNNING, None)


async def test_all_workflows_under_our_ids_are_listed(client, begin, task_queue) -> None:
    """A rotation of ours and a stranger's workflow under such an id are both there, and a workflow of others is not."""
    await start_rotation(client, begin, task_queue=task_queue)
    strange, other = f"rotate/{uuid4().hex}", f"other/{uuid4().hex}"
    for workflow_id in (strange, other):
        await client.start_workflow("Strange", id=workflow_id, task_queue=task_queue)

    async def listed():
        return {run.workflow_id: run.rotation_id for run in await open_runs(client)}

    found = await until(listed, lambda found: {rotation_workflow(begin.site_id), strange} <= found.keys())
    assert found[rotation_workflow(begin.site_id)] == begin.rotation_id
    assert found[strange] is None
    assert other not in found
    for workflow_id in (strange, other):
        await client.get_workflow_handle(workflow_id).terminate()
