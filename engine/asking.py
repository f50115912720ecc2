"""Asking a workflow that runs."""

from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryRejectedError
from temporalio.common import QueryRejectCondition

from engine.calls import CEILING

Answer = TypeVar("Answer", bound=BaseModel)


async def ask_running(handle: WorkflowHandle[Any, Any], query: str, answer: type[Answer], *words: BaseModel) -> Answer:
    """Ask the newest run of a workflow, and again where it goes on in a new history just then.

    Raises:
        WorkflowQueryRejectedError: when it has ended.
        RPCError: every other answer of Temporal.
    """
    while True:
        try:
            given: Answer = await handle.query(
                query,
                args=list(words),
                result_type=answer,
                rpc_timeout=CEILING,
                # told by the server, so an ended workflow is known as such with no worker at all
                reject_condition=QueryRejectCondition.NOT_OPEN,
            )
        except WorkflowQueryRejectedError as error:
            if error.status is not WorkflowExecutionStatus.CONTINUED_AS_NEW:
                raise
        else:
            return given
