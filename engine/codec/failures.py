"""Failures as Temporal keeps them: signed as a whole, and hidden where payloads are encrypted."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DefaultFailureConverter, FailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError

from engine.codec.unreadable import UnreadPayload
from engine.contract import EARLY_QUERY
from engine.fault import PayloadUnsigned

UNSIGNED_FAILURE = "unsigned-failure"
"""The type of what stands in the place of a failure that was not signed."""
_HIDDEN = "Encoded failure"
_NO_SECRET = frozenset({EARLY_QUERY})
"""Stays in clear: of a query that comes with a workflow task Temporal gives its caller the message and nothing else."""
_TRACE, _TEXT, _CAUSE = 600, 800, 200
"""Characters of a stack trace, of a message that is tried again, and of its cause. Temporal keeps 4 KiB of the last
failure of an activity that it tries again; of a larger one neither text nor type is left. The worker's log has all."""
_PLAIN = PydanticPayloadConverter()
"""For the details of a failure: its seal covers them, and those of its causes, which may be of another place."""
_BY_TEMPORAL = frozenset(
    {"timeout_failure_info", "canceled_failure_info", "terminated_failure_info", "server_failure_info"}
)


class FailureSeal(BaseModel):
    """What is signed of a failure, in its encoded attributes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    message: str | None = None
    """Where it is encrypted: under this name the Temporal UI shows it. Else what is in clear is shown."""
    stack_trace: str | None = None
    causes: tuple[tuple[str, str], ...] = ()
    """Message and stack trace of each cause, where they are encrypted."""


class UnsignedFailure(ApplicationError):  # noqa: N818 - it stands for a failure, as Temporal calls it
    """A failure that this service did not send: each client of Temporal can let an activity fail."""

    def __init__(self, why: str, shown: str) -> None:
        self.why = UnreadPayload(why)
        self.shown = shown
        """Its text; nothing may be decided by it."""
        super().__init__(
            f"the service does not accept a failure: {why}. The failure says: {shown}", type=UNSIGNED_FAILURE
        )


class SignedFailures(FailureConverter):
    """Seals each failure that it writes, and takes none that is not sealed.

    Where Temporal itself ends an activity (a timeout, a cancel) no worker can seal anything: such a failure passes, and
    shows only that there is no answer.
    """

    hides = False
    """Whether messages and stack traces are put into the payload, which is encrypted."""

    def __init__(self) -> None:
        self._inner = DefaultFailureConverter()

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Write it with its seal, no longer than Temporal keeps it."""
        self._inner.to_failure(exception, _PLAIN, failure)
        _shorten(failure)
        levels = list(_levels(failure))
        for level in levels:
            level.ClearField("encoded_attributes")
        seal = FailureSeal(digest=_digest(failure))
        if self.hides:
            texts = [(level.message, level.stack_trace) for level in levels]
            seal = seal.model_copy(update={"message": texts[0][0], "stack_trace": texts[0][1], "causes": texts[1:]})
            for level in levels:
                level.message, level.stack_trace = level.message if level.message in _NO_SECRET else _HIDDEN, ""
        failure.encoded_attributes.CopyFrom(payload_converter.to_payloads([seal])[0])

    def from_failure(self, failure: Failure, payload_converter: PayloadConverter) -> BaseException:
        """Read it; an `UnsignedFailure` in the place of one that is not sealed."""
        opened = Failure()
        opened.CopyFrom(failure)
        # what Temporal puts around the failure of an activity
        wrapped = opened.HasField("activity_failure_info") and not opened.HasField("encoded_attributes")
        answered = opened.cause if wrapped and opened.HasField("cause") else opened
        if answered.HasField("encoded_attributes"):
            if (why := _open(answered, payload_converter)) is not None:
                return UnsignedFailure(why, answered.message)
        elif answered.WhichOneof("failure_info") not in _BY_TEMPORAL:
            return UnsignedFailure("it is not signed: the service did not send it", answered.message)
        try:
            return self._inner.from_failure(opened, _PLAIN)
        except Exception as error:  # noqa: BLE001 - raised here it would stop the workflow for ever
            return UnsignedFailure(f"it cannot be read ({type(error).__name__})", answered.message)


class HiddenFailures(SignedFailures):
    """The same, where payloads are encrypted."""

    hides = True


def _open(failure: Failure, payload_converter: PayloadConverter) -> str | None:
    """Put back what is hidden; why the seal is not the one of this failure, where it is not."""
    try:
        seal: Any = payload_converter.from_payloads([failure.encoded_attributes], [FailureSeal])[0]
    except PayloadUnsigned as error:
        return str(error)
    if isinstance(seal, UnreadPayload):
        return seal.why
    levels = list(_levels(failure))
    if seal.message is not None:
        texts = ((seal.message, seal.stack_trace or ""), *seal.causes)
        for level, (message, stack_trace) in zip(levels, texts, strict=False):
            level.message, level.stack_trace = message, stack_trace
    for level in levels:
        level.ClearField("encoded_attributes")
    return None if _digest(failure) == seal.digest else "it is not as it was signed"


def _shorten(failure: Failure) -> None:
    """Keep the end of the stack trace, which names the place, and the first cause without its own.

    The message of what a person must answer stays whole: Temporal does not try it again.
    """
    failure.stack_trace = failure.stack_trace[-_TRACE:]
    if not failure.application_failure_info.non_retryable:
        failure.message = failure.message[:_TEXT]
    if failure.HasField("cause"):
        failure.cause.message, failure.cause.stack_trace = failure.cause.message[:_CAUSE], ""
        failure.cause.ClearField("cause")


def _levels(failure: Failure) -> Iterator[Failure]:
    """The failure and its causes."""
    yield failure
    while failure.HasField("cause"):
        failure = failure.cause
        yield failure


def _digest(failure: Failure) -> str:
    """A digest of what decides: kinds, messages, types, details. Not stack traces, nor notes of Temporal's own."""
    levels = [(level.WhichOneof("failure_info"), level.message, _decisive(level)) for level in _levels(failure)]
    return hashlib.sha256(json.dumps(levels).encode()).hexdigest()


def _decisive(failure: Failure) -> list[object]:
    match failure.WhichOneof("failure_info"):
        case "application_failure_info":
            info = failure.application_failure_info
            delay = info.next_retry_delay
            details = [each.data.hex() for each in info.details.payloads]
            return [info.type, info.non_retryable, delay.seconds, delay.nanos, int(info.category), details]
        case "activity_failure_info":
            activity = failure.activity_failure_info
            return [activity.activity_type.name, activity.activity_id, int(activity.retry_state)]
        case "timeout_failure_info":
            return [int(failure.timeout_failure_info.timeout_type)]
        case _:
            return []
