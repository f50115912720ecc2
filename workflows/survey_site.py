"""SurveySite: read a whole site into the store, however long it takes."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from engine.contract import SURVEY_WORKFLOW, ActivityName, ErrorType, SurveyAnswer, SurveyRequest

_TRIES = 3


@workflow.defn(name=SURVEY_WORKFLOW)
class SurveySite:
    """One survey. Unlike a rotation it gives up: a caller waits for the answer."""

    @workflow.run
    async def run(self, request: SurveyRequest) -> SurveyAnswer:
        """Read the site."""
        answer: SurveyAnswer = await workflow.execute_activity(
            ActivityName.SURVEY_SITE.value,
            request,
            result_type=SurveyAnswer,
            start_to_close_timeout=timedelta(hours=2),
            heartbeat_timeout=timedelta(seconds=15),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1),
                maximum_attempts=_TRIES,
                non_retryable_error_types=[error.value for error in ErrorType],
            ),
            summary=f"survey {request.site_id}",
        )
        return answer
