"""How long a namespace remembers a rotation that has ended."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

RETENTION = timedelta(hours=2160)
"""90 days, the longest holdout. A server's own default is one to three days: what ended last week would be gone."""
_NOT_OURS_TO_SET = frozenset(
    {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.INVALID_ARGUMENT}
)


async def retention(client: Client) -> timedelta:
    """How long ended workflows are kept now."""
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def keep_at_least(client: Client, wanted: timedelta = RETENTION) -> None:
    """Lengthen the retention to `wanted`; one that is longer already stays."""
    if await retention(client) >= wanted:
        return
    length = Duration()
    length.FromTimedelta(wanted)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=length)
        )
    )


async def too_short(client: Client) -> str:
    """Lengthen the retention where that is ours to do. Empty; else what its operator must do, in one command.

    A rotation does not need it: what is shown of one that has ended is in the store as well.
    """
    try:
        await keep_at_least(client)
    except RPCError as error:
        if error.status not in _NOT_OURS_TO_SET:
            raise
        hours = int(RETENTION.total_seconds() // 3600)
        return (
            f"namespace {client.namespace} may forget a rotation earlier than {RETENTION.days} days after its end, and "
            f"Temporal does not let the service change that ({error.message}); its operator can: "
            f"temporal operator namespace update --namespace {client.namespace} --retention {hours}h"
        )
    return ""
