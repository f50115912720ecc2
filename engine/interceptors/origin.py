"""Activities act for workflows of ours alone: Temporal lets any client that reaches it schedule one by itself."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.codec.unreadable import UnreadPayload
from engine.ids import is_ours

NO_WORKFLOW_OF_OURS = "no-workflow-of-ours"
"""The type of the failure of an activity that was refused."""
UNSIGNED_INPUT = "unsigned-input"
"""The same, where what the activity was given is not ours."""
_log = structlog.get_logger(__name__)


class ForOurWorkflows(Interceptor):
    """Refuses every activity that no workflow of ours has scheduled, or whose input the service has not signed."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """Put the check before the activity."""
        return _Check(next)


class _Check(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's own name
        about = activity.info()
        unread = next((each for each in input.args if isinstance(each, UnreadPayload)), None)
        if is_ours(about.workflow_type, about.workflow_id) and unread is not None:
            _log.warning(
                "an activity was refused: its input is not signed, or belongs elsewhere",
                activity=about.activity_type,
                activity_id=about.activity_id,
                workflow=about.workflow_id,
                why=unread.why,
            )
            raise ApplicationError(
                f"{about.activity_type} was not done, since its input was refused: {unread.why}",
                type=UNSIGNED_INPUT,
                # a worker that has the key may take it up
                non_retryable=not unread.lacks_key,
            )
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
