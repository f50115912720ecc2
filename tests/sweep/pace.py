"""Within the workflow sandbox: a worker that died is missed sooner, so that a sweep need not wait for it."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.worker import StartActivityInput, WorkflowInboundInterceptor, WorkflowOutboundInterceptor

MISSED_AFTER = timedelta(seconds=2)


class Sooner(WorkflowInboundInterceptor):
    """Puts `_Outbound` around what a workflow asks for."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """As the SDK asks."""
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 - the SDK's name
        input.heartbeat_timeout = MISSED_AFTER
        return super().start_activity(input)
