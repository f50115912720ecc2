"""What a person can say to a rotation: one model for every signal, and the answer to it."""

import hashlib
import json
from enum import StrEnum

from pydantic import Field

from rotation.finding import Finding
from rotation.span import Span
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
    SITE_MOVED = "site_moved"
    """Read all proof of the claimed task now: the watch over open replacements has seen the site change."""
    RETRY = "retry"
    CANCEL = "cancel"
    ROLL_BACK = "roll_back"
    FINISH = "finish"
    CLAIM_TASK = "claim_task"
    BEGIN_TASK = "begin_task"
    """Look at the site now: the holder of a replacement is about to begin it (rule 19)."""
    TASK_DONE = "task_done"
    TASK_REFUSED = "task_refused"


_NOT_CONTENT = {"request_id", "ticket", "http_request", "unless_overtaken"}


class Message(Value):
    """One model for every signal: who says what to which rotation, why, and under which request id."""

    move: Move
    rotation_id: RotationId
    who: str = Field(min_length=1, max_length=200)
    """The name, for showing."""
    identity: str = Field(default="", max_length=100)
    """The identity; the API sets it. Two persons are two identities."""
    why: str = Field(default="", max_length=2000)
    request_id: str = Field(min_length=1, max_length=200)
    """Names the message: sent again under it, it is heard once. It follows from the caller's `Idempotency-Key`."""
    http_request: str = Field(default="", max_length=200)
    """The id of the HTTP request by which it came, as the API's log has it; sent again, the message has another."""
    by: Span | None = None
    """For `extend`: how much longer to wait."""
    question: str = Field(default="", max_length=100)
    """For an answer: the token of the question that its sender has read."""
    task_id: TaskId | None = None
    holder: str = Field(default="", max_length=200)
    """For `task_refused` by another person: who holds the task and cannot be asked."""
    attestation: dict[str, str] = Field(default_factory=dict)
    ticket: int = Field(default=0, ge=0)
    """How many messages the rotation had dealt with when it was asked about this one: an old message cannot be sent
    again."""
    unless_overtaken: bool = False
    """Whether it is refused where the rotation has dealt with another message since the ticket: its sender means the
    state that was read."""

    @property
    def digest(self) -> str:
        """What tells it from any other message, however and how often it is sent."""
        content = self.model_dump(mode="json", exclude=_NOT_CONTENT if self.holder else {*_NOT_CONTENT, "holder"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Inquiry(Value):
    """Asks what became of a message. It is none: it cannot be sent as a signal."""

    message: Message


class Withdrawal(Value):
    """Takes a message back whose sender waits no longer."""

    message: Message


class Reply(Value):
    """What became of a message."""

    accepted: bool
    findings: tuple[Finding, ...] = ()


class AnsweredMessage(Value):
    """A reply, and the message that it was given to: a request id stands for one message only."""

    move: Move
    who: str
    digest: str
    reply: Reply


HEARD_QUERY = "heard"
"""The query that is asked with a message, and answered with `Heard`."""
WITHDRAW_SIGNAL = "withdraw_message"
"""The signal that takes back a message which the rotation has not taken up: its sender waits no longer."""
STALE = "message-stale"
"""The code of the refusal of a message that was answered, or withdrawn, so long ago that nothing is known of it."""
OVERTAKEN = "message-overtaken"
"""The code of the refusal of a message whose sender has read another state than the one that it would change."""
REQUEST_ID_REUSED = "request-id-reused"
"""The code of the refusal of another message under a request id that was used before."""


class MessageProgress(StrEnum):
    """How far a rotation has come with a message."""

    UNKNOWN = "unknown"
    """It was never sent, was withdrawn, or was answered long ago."""
    WAITING = "waiting"
    """It is not taken up yet, and can still be withdrawn."""
    TAKEN_UP = "taken-up"
    """The rotation is at work on it."""
    ANSWERED = "answered"


class Heard(Value):
    """What a rotation says of a message: how far it has come with it, its reply, or why it would refuse it now."""

    progress: MessageProgress
    request_id: str = ""
    """Of the message that was asked about."""
    ticket: int = 0
    """The one that the message needs, if it is to be sent now."""
    reply: Reply | None = None
    refusal: Finding | None = None
    """Of a message that it has not been sent, or whose request id is another's: nothing is kept of it."""
    busy_with: str = ""
    """What the rotation does before it takes the message up."""
