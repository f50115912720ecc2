"""Asking a workflow that runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel
from temporalio.api.errordetails.v1 import WorkflowNotReadyFailure
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError

from engine.client.calls import CEILING
from engine.contract import EARLY_QUERY

Answer = TypeVar("Answer", bound=BaseModel)
_AGAIN = timedelta(milliseconds=200)
_TURNS: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
"""By event loop and workflow: one query at a time. Where a query fails as early, the SDK (temporalio 1.35) forgets the
other queries that wait with it, and the workflow task too, which Temporal gives out again ten seconds later."""
_TURN = timedelta(milliseconds=300)
"""A query takes some milliseconds; one that is lost holds up no other for longer."""


async def ask_running(handle: WorkflowHandle[Any, Any], query: str, answer: type[Answer], *words: BaseModel) -> Answer:
    """Ask the newest run of a workflow, and again where it goes on in a new history or in a new worker just then.

    Queries of one workflow wait a little for each other. The caller's ceiling (`engine.client.calls.within`) ends that.

    Raises:
        WorkflowQueryRejectedError: when it has ended.
        WorkflowQueryFailedError: when it cannot answer.
        RPCError: every other answer of Temporal.
    """
    while True:
        try:
            async with _turn(handle.id):
                given: Answer = await handle.query(
                    query,
                    args=list(words),
                    result_type=answer,
                    rpc_timeout=CEILING,
                    # the server rejects it, so an ended workflow is known as such with no worker at all
                    reject_condition=QueryRejectCondition.NOT_OPEN,
                )
        except WorkflowQueryRejectedError as error:
            if error.status is not WorkflowExecutionStatus.CONTINUED_AS_NEW:
                raise
        except WorkflowQueryFailedError as error:
            if EARLY_QUERY not in str(error):
                raise
            await asyncio.sleep(_AGAIN.total_seconds())
        except RPCError as error:
            if not _just_begun(error):
                raise
            await asyncio.sleep(_AGAIN.total_seconds())
        else:
            return given


def _just_begun(error: RPCError) -> bool:
    """Whether Temporal has made the run's new history, and not given it its first workflow task yet."""
    return any(detail.Is(WorkflowNotReadyFailure.DESCRIPTOR) for detail in error.grpc_status.details)


@asynccontextmanager
async def _turn(workflow: str) -> AsyncIterator[None]:
    key, taken = (id(asyncio.get_running_loop()), workflow), False
    turn = _TURNS.get(key) or _TURNS.setdefault(key, asyncio.Lock())
    with suppress(TimeoutError):
        async with asyncio.timeout(_TURN.total_seconds()):
            taken = await turn.acquire()
    try:
        yield
    finally:
        if taken:
            turn.release()
