"""How long a namespace remembers a rotation that has ended."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

RETENTION = timedelta(hours=2160)
"""90 days, the longest holdout. A development server's own default is one day: what ended yesterday would be gone."""


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
