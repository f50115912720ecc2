"""A workflow of an id of ours: started once, however often it is asked for, and asked to end."""

from typing import Any

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.common import TypedSearchAttributes
from temporalio.common import WorkflowIDConflictPolicy as OnRunning
from temporalio.common import WorkflowIDReusePolicy as OnEnded
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.client.calls import CEILING, within
from engine.settings import TemporalSettings


async def start_once(
    client: Client,
    workflow: str,
    begin: BaseModel,
    *,
    workflow_id: str,
    what: str,
    summary: str,
    task_queue: str | None = None,
    search_attributes: TypedSearchAttributes | None = None,
) -> None:
    """Start a workflow; a second call for the same id changes nothing, even when it has ended.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say whether `what` started; call again with the same id.
    """
    more: dict[str, Any] = {} if search_attributes is None else {"search_attributes": search_attributes}
    async with within(CEILING, silence=f"Temporal has not answered whether {what} started; try again"):
        try:
            await client.start_workflow(
                workflow,
                begin,
                id=workflow_id,
                task_queue=task_queue or TemporalSettings().task_queue,
                id_conflict_policy=OnRunning.USE_EXISTING,
                id_reuse_policy=OnEnded.REJECT_DUPLICATE,
                static_summary=summary,
                **more,
            )
        except WorkflowAlreadyStartedError:
            return


async def ask_to_end(client: Client, workflow_id: str) -> bool:
    """Cancel a workflow. False: Temporal runs none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    async with within(CEILING, silence="Temporal has not taken the cancel; try again"):
        try:
            await client.get_workflow_handle(workflow_id).cancel()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
    return True
