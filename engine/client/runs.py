"""What Temporal shows of our workflows, read without the SDK's own types: they do not know a paused one."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.converter import ActivitySerializationContext, SerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from engine.client.calls import CEILING, within
from engine.client.queries import ask_running
from engine.codec.signing import Place
from engine.contract import NEXT_ACT_QUERY, SearchAttribute
from engine.fault import EngineFault, NoAnswer, PayloadUnreadable, PayloadUnsigned
from engine.ids import PREFIXES
from rotation.standing.records import (
    Failed,
    NextAct,
    PendingActivity,
    PendingTask,
    QueryOutcome,
    Run,
    RunStatus,
    Silent,
    WorkerAnswer,
)
from rotation.values import RotationId

_STATUS: dict[int, RunStatus] = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED: RunStatus.PAUSED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED: RunStatus.COMPLETED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: RunStatus.FAILED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: RunStatus.CANCELLED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: RunStatus.TERMINATED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: RunStatus.TIMED_OUT,
}
"""All others run, or go on in a new history."""
_LATELY = 20
"""Events among which the last failure of a workflow task lies."""
_PAGE, _MOST = 200, 1000
_LENGTH = 300
_SILENCE = "Temporal has not answered what it runs"


async def newest_run(client: Client, workflow_id: str) -> Run | None:
    """The newest run of a workflow, with what it is doing; None when Temporal has none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
        RPCError: when it has no namespace of ours.
    """
    execution = WorkflowExecution(workflow_id=workflow_id)
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    try:
        async with within(CEILING, silence=_SILENCE):
            shown = await client.workflow_service.describe_workflow_execution(request)
            return await _run(client, shown)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not _lacks_namespace(error):
            return None
        raise


async def open_runs(client: Client) -> tuple[Run, ...]:
    """Every open workflow under an id of ours, at most a thousand. A list of Temporal may be some seconds old.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    ours = " OR ".join(f'WorkflowId STARTS_WITH "{prefix}"' for prefix in PREFIXES)
    query, token = f'ExecutionStatus = "Running" AND ({ours})', b""
    found: list[Run] = []
    async with within(CEILING, silence=_SILENCE):
        while len(found) < _MOST:
            page = await client.workflow_service.list_workflow_executions(
                ListWorkflowExecutionsRequest(
                    namespace=client.namespace, query=query, page_size=_PAGE, next_page_token=token
                )
            )
            found.extend(_brief(info) for info in page.executions)
            token = page.next_page_token
            if not token:
                break
    return tuple(found)


async def answer_of(client: Client, workflow_id: str, *, now: datetime) -> QueryOutcome | None:
    """What the workflow of a rotation says when it is asked; None: it has ended, or the answer cannot be opened here.

    Raises:
        TemporalDown: when Temporal cannot be reached.
    """
    try:
        async with within(CEILING, silence=_SILENCE):
            asked = client.get_workflow_handle(workflow_id)
            return WorkerAnswer(next_act=await ask_running(asked, NEXT_ACT_QUERY, NextAct))
    except NoAnswer:
        return Silent(since=now)
    except WorkflowQueryFailedError as error:
        return Failed(error=_short(str(error)))
    except (WorkflowQueryRejectedError, PayloadUnreadable, PayloadUnsigned):
        return None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _lacks_namespace(error: RPCError) -> bool:
    """Whether it is the namespace that was not found: then it is not known what runs."""
    return any(detail.Is(NamespaceNotFoundFailure.DESCRIPTOR) for detail in error.grpc_status.details)


def _brief(info: WorkflowExecutionInfo) -> Run:
    """What a list shows of a workflow."""
    named = info.search_attributes.indexed_fields.get(SearchAttribute.ROTATION.value)
    return Run(
        workflow_id=info.execution.workflow_id,
        run_id=info.execution.run_id,
        type=info.type.name,
        rotation_id=None if named is None else RotationId(str(json.loads(named.data))),
        status=_STATUS.get(info.status, RunStatus.RUNNING),
    )


async def _run(client: Client, shown: DescribeWorkflowExecutionResponse) -> Run:
    brief = _brief(shown.workflow_execution_info)
    reset = shown.workflow_extended_info.last_reset_time
    task: PendingTask | None = None
    if shown.HasField("pending_workflow_task"):
        pending = shown.pending_workflow_task
        task = PendingTask(attempt=pending.attempt)
        if pending.attempt > 1:
            task = task.model_copy(update={"error": await _last_failure(client, brief)})
    return brief.model_copy(
        update={
            "reset_at": _time(reset) if reset.ByteSize() else None,
            "task": task,
            "activities": await _activities(client, brief.workflow_id, shown.pending_activities),
        }
    )


async def _activities(
    client: Client, workflow_id: str, pending: Iterable[PendingActivityInfo]
) -> tuple[PendingActivity, ...]:
    found: list[PendingActivity] = []
    for each in pending:
        place = Place(workflow_id, each.activity_id)
        error, kind = await _read(client, each.last_failure, place) if each.HasField("last_failure") else ("", "")
        activity = PendingActivity(name=each.activity_type.name, attempt=each.attempt, error=error, error_type=kind)
        found.append(activity)
    return tuple(found)


async def _last_failure(client: Client, run: Run) -> str:
    """Why the workflow task last failed. Temporal writes down the first of several failures in a row."""
    history = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id),
            maximum_page_size=_LATELY,
        )
    )
    for event in history.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failure = event.workflow_task_failed_event_attributes.failure
            return (await _read(client, failure, Place(run.workflow_id)))[0]
    return ""


async def _read(client: Client, failure: Failure, place: Place) -> tuple[str, str]:
    """The message of a failure, and its type; what cannot be opened, or is not signed, says so instead."""
    try:
        error = await client.data_converter.with_context(_context(client, place)).decode_failure(failure)
    except EngineFault as fault:
        return _short(str(fault)), ""
    kind = error.type if isinstance(error, ApplicationError) and error.type else type(error).__name__
    message = error.message if isinstance(error, ApplicationError) else str(error)
    return _short(f"{kind}: {message}" if message else kind), kind


def _context(client: Client, place: Place) -> SerializationContext:
    if not place.activity_id:
        return WorkflowSerializationContext(namespace=client.namespace, workflow_id=place.workflow_id)
    return ActivitySerializationContext(
        namespace=client.namespace,
        workflow_id=place.workflow_id,
        activity_id=place.activity_id,
        workflow_type=None,
        activity_type=None,
        activity_task_queue=None,
        is_local=False,
    )


def _short(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= _LENGTH else f"{first[:_LENGTH]}..."


def _time(at: Timestamp) -> datetime:
    return at.ToDatetime(tzinfo=UTC)
