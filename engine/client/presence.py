"""Whether Temporal is there, and whether a worker serves a task queue."""

from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from engine.client.calls import CEILING, within
from engine.fault import EngineFault


async def answers(client: Client) -> bool:
    """Whether our namespace is there: the plain health check of the client fails before its first call."""
    try:
        async with within(CEILING, silence="no answer"):
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except (EngineFault, RPCError):
        return False
    return True


async def polled_at(client: Client, task_queue: str) -> datetime | None:
    """When a worker last asked for work of `task_queue`. The server forgets one that died after some minutes only.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    async with within(CEILING, silence="Temporal has not answered who serves the task queue"):
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
    return max((poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in answer.pollers), default=None)


async def is_served(client: Client, task_queue: str) -> bool:
    """Whether a worker has asked for work of `task_queue`, in the last minutes.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    return await polled_at(client, task_queue) is not None
