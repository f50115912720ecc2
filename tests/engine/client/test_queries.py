"""Asking a workflow that runs: a new history is not an end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHandle, WorkflowQueryRejectedError
from temporalio.worker import Worker

from engine.client.queries import ask_running
from rotation.running.message import Reply


@workflow.defn(sandboxed=False)
class Twice:
    """Goes on in a second history, and waits there."""

    @workflow.run
    async def run(self, history: int) -> None:
        """Begin again."""
        if history == 1:
            workflow.continue_as_new(2)
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def here(self) -> Reply:
        """An answer."""
        return Reply(accepted=True)


class OneTooLate(WorkflowHandle[Any, Any]):
    """A workflow whose former history is asked once: it ends, or begins, between Temporal's choice and its look."""

    def __init__(self, *handles: WorkflowHandle[Any, Any]) -> None:
        self.handles = list(handles)
        self._id = handles[0].id

    async def query(self, *words: Any, **how: Any) -> Any:
        """Ask the old run first, as Temporal does when it comes to that."""
        return await (self.handles.pop(0) if self.handles[1:] else self.handles[0]).query(*words, **how)


async def test_a_new_history_in_the_middle_of_a_question_is_no_end(client, worker_client, task_queue) -> None:
    """Asked just when it goes on in a new history, it answers; when it has ended, that is shown."""
    newest = await client.start_workflow(Twice.run, 1, id=f"twice-{uuid4().hex}", task_queue=task_queue)
    former = client.get_workflow_handle(newest.id, run_id=newest.first_execution_run_id)
    async with Worker(worker_client, task_queue=task_queue, workflows=[Twice]):
        assert await ask_running(newest, "here", Reply) == Reply(accepted=True)
        assert (await newest.describe()).run_id != former.run_id
        assert await ask_running(OneTooLate(former, newest), "here", Reply) == Reply(accepted=True)
        await newest.terminate()
        with pytest.raises(WorkflowQueryRejectedError):
            await ask_running(OneTooLate(former, newest), "here", Reply)


async def test_a_history_without_its_first_task_is_asked_again(client, worker_client, task_queue) -> None:
    """A question comes before Temporal has scheduled a history's first workflow task: it is asked once more."""
    ready = await client.start_workflow(Twice.run, 2, id=f"ready-{uuid4().hex}", task_queue=task_queue)
    early = await client.start_workflow(
        Twice.run, 2, id=f"early-{uuid4().hex}", task_queue=task_queue, start_delay=timedelta(hours=1)
    )
    async with Worker(worker_client, task_queue=task_queue, workflows=[Twice]):
        assert await ask_running(OneTooLate(early, ready), "here", Reply) == Reply(accepted=True)
        for each in (early, ready):
            await each.terminate()
