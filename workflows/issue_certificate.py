"""IssueCertificate: see an order at a certificate authority to its end, however long the authority takes."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from engine.contract import (
        ISSUE_WORKFLOW,
        ActivityName,
        AdvanceOrderAnswer,
        AdvanceOrderRequest,
        EndOrderAnswer,
        EndOrderRequest,
        IssueInput,
    )
    from rotation.order import OrderState
    from workflows.hosts.early_query import Moment

_BEATS = timedelta(seconds=15)
_STEP = timedelta(minutes=15)
"""A hundred names are a few hundred requests."""
_LEAST = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=5)
_UNTIL_IT_IS_DONE = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name=ISSUE_WORKFLOW)
class IssueCertificate:
    """An order. Every step is kept in the store before the next one, so any of them may be done again."""

    @workflow.run
    async def run(self, begin: IssueInput) -> OrderState:
        """Have a certificate issued.

        1. do the next step: place the order, prove the names, have the request signed, take the certificate
        2. where the authority wants time, or is away, wait: as long as it says, and longer the longer it lasts
        3. issued, refused, or not done in time: note that, and take the proofs out of DNS again
        4. cancelled, by a request or in the Temporal UI: the same
        """
        began = workflow.now()
        try:
            while (left := begin.gives_up_at - workflow.now()) > timedelta(0):
                asked = Moment()
                answer = await self._advance(begin, left)
                asked.passed()
                workflow.set_current_details(answer.progress)
                if answer.state is not OrderState.RUNNING:
                    return await self._end(begin, answer.state)
                if answer.wait > begin.gives_up_at - workflow.now():
                    break
                if answer.wait:
                    slower = min((workflow.now() - began) / 8, _LONGEST_PAUSE)
                    slept = Moment()
                    await workflow.sleep(max(answer.wait, slower), summary=answer.progress)
                    slept.passed()
            return await self._end(begin, OrderState.FAILED)
        except (ActivityError, asyncio.CancelledError) as error:
            if is_cancelled_exception(error):
                await self._end(begin, OrderState.CANCELLED)
                raise
            return await self._end(begin, OrderState.FAILED, str(error.__cause__ or error))

    async def _advance(self, begin: IssueInput, left: timedelta) -> AdvanceOrderAnswer:
        answer: AdvanceOrderAnswer = await workflow.execute_activity(
            ActivityName.ADVANCE_ORDER.value,
            AdvanceOrderRequest(order_id=begin.order_id),
            result_type=AdvanceOrderAnswer,
            start_to_close_timeout=_STEP,
            # what goes wrong with the authority is an answer; tried again is what our own store did not do
            schedule_to_close_timeout=max(left, _LEAST),
            heartbeat_timeout=_BEATS,
            retry_policy=_UNTIL_IT_IS_DONE,
            # else it could put something into DNS after that was tidied up
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary="next step of the order",
        )
        return answer

    async def _end(self, begin: IssueInput, state: OrderState, reason: str = "") -> OrderState:
        answer: EndOrderAnswer = await workflow.execute_activity(
            ActivityName.END_ORDER.value,
            EndOrderRequest(order_id=begin.order_id, state=state, reason=reason),
            result_type=EndOrderAnswer,
            start_to_close_timeout=_STEP,
            heartbeat_timeout=_BEATS,
            retry_policy=_UNTIL_IT_IS_DONE,
            summary=state.value,
        )
        workflow.set_current_details(answer.state.value)
        return answer.state
