"""The host that matters: the run loop on Temporal's durable timers and activities."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from engine.contract import NOT_ANSWERING, ActivityName, ErrorType, OfRun
    from rotation.running.message import Message, Move
    from rotation.running.state import RotationState
    from rotation.text.sentence import Sentence
    from rotation.values import RotationId, Value
    from workflows.hosts.early_query import Moment
    from workflows.hosts.host import ActivityRefusedError, Answer, Pending
    from workflows.hosts.procedure_change import ProcedureChange
    from workflows.hosts.ui_details import show_attributes, show_details, why

_LONG = frozenset(
    {
        ActivityName.SURVEY_SITE,
        ActivityName.READ_GATE,
        ActivityName.READ_SILENT,
        ActivityName.CHECK_CLOSING,
        ActivityName.WRITE_SETTINGS,
        ActivityName.FIX_REFERENCES,
        ActivityName.LOOK,
        # a look at clients reads every one of them
        ActivityName.OPEN_TASK,
        ActivityName.OBSERVE_TASK,
        ActivityName.LEAVE_OUT,
    }
)
_SHORT_LIMIT = timedelta(minutes=5)
"""Longer than a request to a SEPM that drops it is tried: it fails by itself, and says why."""
_LONG_LIMIT = timedelta(hours=2)
_HEARTBEAT = timedelta(seconds=15)
"""A worker that died is missed after this; activities beat by themselves (engine/interceptors/heartbeats.py)."""
_FIRST_PAUSE = timedelta(milliseconds=500)
_LONGEST_PAUSE = timedelta(minutes=5)
_REFUSALS = frozenset(error.value for error in ErrorType)
_PATIENT = RetryPolicy(
    initial_interval=_FIRST_PAUSE,
    backoff_coefficient=2,
    maximum_interval=_LONGEST_PAUSE,
    non_retryable_error_types=sorted(_REFUSALS),
)
"""For ever, with a capped back-off: an outage of SEPM or of the store is waited out."""
_AT_FIRST = replace(_PATIENT, non_retryable_error_types=sorted({*_REFUSALS, NOT_ANSWERING}))
"""As patient, but `NOT_ANSWERING` is first shown to a person."""
_ONCE = RetryPolicy(maximum_attempts=1)
_AT_ONCE = timedelta(seconds=1)
"""While a local activity is tried the workflow answers no client."""
_UI = "the Temporal UI"


def retry_pause(failures: int) -> timedelta:
    """How long Temporal pauses after that many failures of an activity in a row (1 or more)."""
    doubled: int = 1 << min(failures - 1, 16)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def is_refusal(error: ApplicationError) -> bool:
    """Whether an activity's failure is not tried again by Temporal: a person must act first."""
    return error.non_retryable or error.type in _REFUSALS


def _pause(given_back: ApplicationError) -> timedelta | None:
    """The pause that `engine.interceptors.hand_back` has put into the error."""
    details = given_back.details if given_back.type == NOT_ANSWERING else ()
    return timedelta(seconds=details[0]) if details else None


def _of_this_run(request: Value) -> Value:
    """The request, good for this run alone; what is asked for no rotation is as it was."""
    return request.model_copy(update={"run_id": workflow.info().run_id}) if isinstance(request, OfRun) else request


class TemporalPending(Generic[Answer]):
    """An activity scheduled on Temporal."""

    def __init__(self, handle: ActivityHandle[Answer]) -> None:
        self._handle = handle

    def done(self) -> bool:
        """Whether its answer is there, good or bad."""
        return self._handle.done()

    def answer(self) -> Answer:
        """Its answer.

        Raises:
            ActivityRefusedError: when a person must act first.
        """
        try:
            return self._handle.result()
        except FailureError as error:
            # what has failed within the workflow task is raised as it is
            cause = error.cause if isinstance(error, ActivityError) else error
            if isinstance(cause, ApplicationError):
                raise ActivityRefusedError(cause.type or "refused", cause.message, pause=_pause(cause)) from error
            raise ActivityRefusedError("failed", str(cause or error)) from error


class TemporalHost:
    """Temporal as the world of a running rotation."""

    def __init__(self, rotation_id: RotationId) -> None:
        self._rotation_id = rotation_id
        self._at_once: Pending[Value] | None = None
        self._tries_at_once = not workflow.patched(ProcedureChange.NO_LOCAL_ACTIVITIES)
        self._state: RotationState | None = None
        self._why: Sentence | None = None
        """The sentence that the details have."""
        self._attributes_differ = False
        """Whether search attributes do not show the state yet."""
        self._cancels = 0
        self._cancel_pending = False

    def now(self) -> datetime:
        """The server's time of this workflow task."""
        return workflow.now()

    def start(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str, patient: bool = True
    ) -> Pending[Answer]:
        """Schedule an activity with its limits."""
        self._tell()
        long = name in _LONG
        handle: ActivityHandle[Answer] = workflow.start_activity(
            name.value,
            _of_this_run(request),
            result_type=answer,
            start_to_close_timeout=_LONG_LIMIT if long else _SHORT_LIMIT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_PATIENT if patient else _AT_FIRST,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=summary[:200],
        )
        return TemporalPending(handle)

    def goes_by(self, change: ProcedureChange) -> bool:
        """From the first time on at which it is asked outside a replay."""
        return workflow.patched(change)

    def at_once(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str
    ) -> Pending[Answer] | None:
        """In the workflow task itself, where the rotation began with that."""
        if not self._tries_at_once:
            return None
        handle: ActivityHandle[Answer] = workflow.start_local_activity(
            name.value,
            _of_this_run(request),
            result_type=answer,
            schedule_to_close_timeout=_AT_ONCE,
            retry_policy=_ONCE,
            summary=summary[:200],
        )
        pending = TemporalPending(handle)
        self._at_once = pending
        return pending

    async def wait(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """A durable wait to an absolute time. The UI's Cancel ends it and is kept for the loop to read."""
        left = None if until is None else until - workflow.now()
        if left is not None and left <= timedelta(0):
            return
        if self._at_once is None or self._at_once.done():
            self._tell()
        began = Moment()
        try:
            await workflow.wait_condition(
                lambda: began.is_early() or ready() or self._cancel_pending,
                timeout=left,
                timeout_summary=summary[:200] or None,
            )
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            self._cancel_pending = True
        began.passed()

    def take_cancel(self) -> Message | None:
        """The UI's own Cancel, as our cancel."""
        if not self._cancel_pending:
            return None
        self._cancel_pending = False
        self._cancels += 1
        return Message(
            move=Move.CANCEL,
            rotation_id=self._rotation_id,
            who=_UI,
            why="cancelled with the button of the Temporal UI",
            request_id=f"ui-cancel-{workflow.info().run_id}-{self._cancels}",
        )

    def show(self, state: RotationState) -> None:
        """Details at once; search attributes, of which each change is an event, when it rests or has ended."""
        self._why = show_details(state)
        self._state, self._attributes_differ = state, True
        if state.outcome is not None:
            self._tell()

    def _tell(self) -> None:
        """Where the loop rests: what is waited for may be another thing by now, though nothing was shown since."""
        if self._state is None:
            return
        if why(self._state, self.now()) != self._why:
            self._why = show_details(self._state)
        if self._attributes_differ:
            show_attributes(self._state)
            self._attributes_differ = False

    def should_continue_as_new(self) -> bool:
        """The server's own suggestion."""
        return workflow.info().is_continue_as_new_suggested()
