"""What SEPM has not answered for minutes is given back to its workflow once, so that it can tell a person why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.contract import GIVEN_BACK_AFTER, NOT_ANSWERING, SEPM_UNREACHABLE


def is_given_back(error: ApplicationError, info: activity.Info, waited: timedelta) -> bool:
    """Whether a try that has failed is the last one of its activity: its workflow asks for that, and time is up."""
    policy = info.retry_policy
    asked = policy is not None and NOT_ANSWERING in (policy.non_retryable_error_types or ())
    return asked and error.type == SEPM_UNREACHABLE and waited >= GIVEN_BACK_AFTER


def given_back(error: ApplicationError) -> ApplicationError:
    """The error that the workflow gets: why SEPM was not heard, and for how many seconds it wants to be left alone."""
    pause = (error.next_retry_delay.total_seconds(),) if error.next_retry_delay is not None else ()
    return ApplicationError(error.message, *pause, type=NOT_ANSWERING)


class GivingBack(Interceptor):
    """Ends an activity that has waited for SEPM for long, where its workflow starts it again by itself."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """Put the look at the time around the activity."""
        return _GivingBack(next)


class _GivingBack(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's own name
        """One try.

        Raises:
            ApplicationError: `not-answering`, with why SEPM was not heard for so long.
        """
        try:
            return await self.next.execute_activity(input)
        except ApplicationError as error:
            info = activity.info()
            if not is_given_back(error, info, datetime.now(UTC) - info.scheduled_time):
                raise
            raise given_back(error) from error
