"""Answers of activities: one that no worker of ours has signed is refused, and its activity runs again.

Each client that reaches Temporal can poll the task queue and answer in the place of a worker. So each activity gets an
id of its own, which no other run of the workflow has; an answer is signed for that id, and fits no other activity.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar, cast

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    CancelledError,
    FailureError,
    ServerError,
    TerminatedError,
    TimeoutError,  # noqa: A004 - the SDK's own name
)
from temporalio.worker import StartActivityInput, StartLocalActivityInput, WorkflowOutboundInterceptor

from engine.codec.failures import UnsignedFailure
from engine.codec.unreadable import UnreadPayload
from engine.contract import ShowsRefused
from engine.fault import InputUnread
from rotation.running.refused_input import RefusedKind

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
_BY_TEMPORAL = (TimeoutError, CancelledError, TerminatedError, ServerError)
"""The failures that nothing signs: where Temporal ends an activity there is no worker."""
_NO_VALUE = UnreadPayload("it came with no value")
_Input = TypeVar("_Input", StartActivityInput, StartLocalActivityInput)


class SignedAnswers(WorkflowOutboundInterceptor):
    """Stands before every activity of a workflow."""

    def __init__(self, next: WorkflowOutboundInterceptor) -> None:  # noqa: A002 - the SDK's own name
        super().__init__(next)
        self._answers = 0

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 - the SDK's own name
        """Start it, and again where its answer was refused."""
        return self._checked(input, self.next.start_activity)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 - the SDK's own name
        """The same within the workflow task."""
        return self._checked(input, self.next.start_local_activity)

    def _checked(
        self, asked: _Input, start: Callable[[_Input], workflow.ActivityHandle[Any]]
    ) -> workflow.ActivityHandle[Any]:
        first = start(_named(asked))
        # a task like the SDK's own handle: it is awaited, cancelled and asked for its result in the same way
        return cast("workflow.ActivityHandle[Any]", asyncio.create_task(self._until_signed(asked, start, first)))

    async def _until_signed(
        self,
        asked: _Input,
        start: Callable[[_Input], workflow.ActivityHandle[Any]],
        pending: workflow.ActivityHandle[Any],
    ) -> Any:
        pause = _FIRST_PAUSE
        while True:
            answer: Any = None
            failure: FailureError | None = None
            try:
                answer = await pending
                unread = _NO_VALUE if answer is None and asked.ret_type is not None else answer
            except UnsignedFailure as error:
                failure, unread = error, error.why
            except FailureError as error:
                failure, unread = error, _not_by_temporal(asked, error)
            if not self._is_refused(asked.activity, unread if isinstance(unread, UnreadPayload) else None):
                if failure is not None:
                    raise failure
                return answer
            await workflow.sleep(pause, summary=f"{asked.activity} runs again: its answer was refused")
            pause = min(pause * 2, _LONGEST_PAUSE)
            pending = start(_named(asked))

    def _is_refused(self, name: str, unread: UnreadPayload | None) -> bool:
        """Whether an answer is refused. The history keeps it: with other keys it might be read, and must not be.

        Raises:
            InputUnread: when it was taken when it came, and cannot be read here.
        """
        self._answers += 1
        if unread is None and not workflow.unsafe.is_replaying():
            return False
        if not workflow.patched(f"refused-answer-{self._answers}"):
            if unread is not None:
                raise InputUnread(f"the answer of {name}", unread.why)
            return False
        why = unread.why if unread else "it could not be verified when it came"
        workflow.logger.warning("an answer was refused: %s: %s", name, why)
        shows = workflow.instance()
        if isinstance(shows, ShowsRefused):
            shows.show_refused(RefusedKind.ANSWER, name, why)
        return True


def _not_by_temporal(asked: StartActivityInput | StartLocalActivityInput, error: FailureError) -> UnreadPayload | None:
    """Why a failure that needs no signature is refused all the same; None: it is taken.

    Of an activity that may be tried for ever Temporal reports no timeout, and the service cancels none. A client can.
    """
    if not isinstance(asked, StartActivityInput) or not isinstance(error, ActivityError):
        return None  # a local one is ended by the worker itself
    limits = (asked.schedule_to_close_timeout, asked.schedule_to_start_timeout)
    tries = asked.retry_policy.maximum_attempts if asked.retry_policy is not None else 0
    if limits != (None, None) or tries or not isinstance(error.cause, _BY_TEMPORAL):
        return None
    return UnreadPayload(f"it ended by a {type(error.cause).__name__}, and neither Temporal nor the service ends it so")


def _named(asked: _Input) -> _Input:
    """The same with an id that is used once: other than a number, it is another one in a run that was reset."""
    return replace(asked, activity_id=workflow.uuid4().hex)
