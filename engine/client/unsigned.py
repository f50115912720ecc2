"""Rotations that a version without signatures has begun: this one can read nothing of them, and they stand still."""

from collections.abc import Iterable

from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.converter import WithSerializationContext, WorkflowSerializationContext

from engine.client.calls import CEILING, within
from engine.client.runs import newest_run
from engine.codec.codec import is_encrypted
from engine.codec.signing import SIGNATURE

_FIRST = 50
"""Events among which the first workflow task ends: a start that no worker has taken up is refused by ours."""


async def begun_unsigned(client: Client, workflow_ids: Iterable[str]) -> tuple[str, ...]:
    """Those of the workflows that run, that a worker has taken up, and whose start is not signed.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
        RPCError: when it has no namespace of ours.
    """
    return tuple([each for each in workflow_ids if await _is_unsigned(client, each)])


async def _is_unsigned(client: Client, workflow_id: str) -> bool:
    run = await newest_run(client, workflow_id)
    if run is None or not run.status.is_open:
        return False
    async with within(CEILING, silence="Temporal has not answered how a rotation began"):
        first = await client.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=client.namespace,
                execution=WorkflowExecution(workflow_id=workflow_id, run_id=run.run_id),
                maximum_page_size=_FIRST,
            )
        )
    events = first.history.events
    if EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED not in {event.event_type for event in events}:
        return False
    began = await _opened(client, workflow_id, events[0].workflow_execution_started_event_attributes.input.payloads)
    return not any(SIGNATURE in each.metadata or is_encrypted(each) for each in began)


async def _opened(client: Client, workflow_id: str, payloads: Iterable[Payload]) -> list[Payload]:
    """Decrypted where keys are here: the signature is inside."""
    codec = client.data_converter.payload_codec
    if codec is None:
        return list(payloads)
    context = WorkflowSerializationContext(namespace=client.namespace, workflow_id=workflow_id)
    bound = codec.with_context(context) if isinstance(codec, WithSerializationContext) else codec
    return await bound.decode(list(payloads))
