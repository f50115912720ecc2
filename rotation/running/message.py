"""What a person can say to a rotation: one model for every signal, and the answer to it."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from rotation.finding import Finding
from rotation.values import RotationId, TaskId, Value


class Move(StrEnum):
    """What a person can say to a rotation."""

    APPROVE = "approve"
    HOLD = "hold"
    RESUME = "resume"
    EXTEND = "extend"
    PROCEED = "proceed"
    STATE_GATE = "state_gate"
    """State of the open gate what the console shows, where there is no REST to read it by."""
    LOOK_AGAIN = "look_again"
    """Read the open gate now, e.g. since a new export of clients is there."""
    RETRY = "retry"
    CANCEL = "cancel"
    ROLL_BACK = "roll_back"
    FINISH = "finish"
    CLAIM_TASK = "claim_task"
    TASK_DONE = "task_done"
    TASK_REFUSED = "task_refused"


class Message(Value):
    """One model for every signal: who says what to which rotation, why, and under which request id."""

    move: Move
    rotation_id: RotationId
    who: str = Field(min_length=1, max_length=200)
    why: str = Field(default="", max_length=2000)
    request_id: str = Field(min_length=1, max_length=200)
    by: timedelta | None = None
    """For `extend`: how much longer to wait."""
    task_id: TaskId | None = None
    attestation: dict[str, str] = Field(default_factory=dict)


class Reply(Value):
    """What became of a message."""

    accepted: bool
    findings: tuple[Finding, ...] = ()


HEARD_QUERY = "heard"
"""The query that is asked with a message, and answered with `Heard`."""


class Heard(Value):
    """What a rotation says of a message: its reply; why it would refuse it now; neither, while it is at work on it."""

    reply: Reply | None = None
    refusal: Finding | None = None
    """Of a message that it has not been sent: nothing is kept of it."""
