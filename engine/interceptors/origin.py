"""Activities act for workflows of ours alone: Temporal lets any client that reaches it schedule one by itself."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.ids import is_ours

NO_WORKFLOW_OF_OURS = "no-workflow-of-ours"
"""The type of the failure of an activity that was refused."""
_log = structlog.get_logger(__name__)


class ForOurWorkflows(Interceptor):
    """Refuses every activity that no workflow of ours has scheduled."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """Put the check before the activity."""
        return _Check(next)


class _Check(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's own name
        about = activity.info()
        if not is_ours(about.workflow_type, about.workflow_id):
            _log.warning(
                "an activity was refused: no workflow of ours has scheduled it",
                activity=about.activity_type,
                activity_id=about.activity_id,
                workflow=about.workflow_id,
                workflow_type=about.workflow_type,
            )
            by = (
                f"by workflow {about.workflow_id!r} of type {about.workflow_type!r}"
                if about.workflow_id
                else "by itself"
            )
            raise ApplicationError(
                f"{about.activity_type} was scheduled {by} and not done: it acts only for workflows of this service; "
                "use the API or the command instead",
                type=NO_WORKFLOW_OF_OURS,
                non_retryable=True,
            )
        return await self.next.execute_activity(input)
