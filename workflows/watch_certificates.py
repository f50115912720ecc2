"""WatchCertificates: look at the ports of all sites, once. A schedule starts it again and again."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from engine.contract import WATCH_WORKFLOW, ActivityName, WatchAnswer, WatchRequest


@workflow.defn(name=WATCH_WORKFLOW)
class WatchCertificates:
    """One round of the watch. It gives up after some tries: the next round comes by itself."""

    @workflow.run
    async def run(self) -> WatchAnswer:
        """Look, and say what was seen.

        It takes no argument: what a schedule keeps is encrypted once, and may outlive its key.
        """
        answer: WatchAnswer = await workflow.execute_activity(
            ActivityName.WATCH_CERTIFICATES.value,
            WatchRequest(),
            result_type=WatchAnswer,
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(seconds=15),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5), maximum_attempts=10
            ),
            summary="look at every port of every site",
        )
        workflow.set_current_details(
            f"{answer.ports} ports of {answer.sites} sites: {answer.silent} did not answer, "
            f"{answer.changed} have another certificate than before"
        )
        return answer
