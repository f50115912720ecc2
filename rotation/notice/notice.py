"""A notice: one thing that people are called for, with its site, its step, what is asked, by when."""

import hashlib
from datetime import datetime
from enum import StrEnum

from rotation.running.message import Move
from rotation.text.sentence import Sentence
from rotation.values import RotationId, SiteId, TaskId, Value

_ID_DIGITS = 32


class NoticeKind(StrEnum):
    """What a notice is about."""

    TASK_OPENED = "task-opened"
    TASK_NEAR = "task-near"
    """An open task is near its time."""
    CLAIM_LAPSING = "claim-lapsing"
    APPROVAL_WANTED = "approval-wanted"
    ATTENTION = "attention"
    GATE_LATE = "gate-late"
    OVER = "over"
    """An attention, a late gate, a wish for an approval or a site that could not be read is over."""
    GATE_PASSED = "gate-passed"
    HOLDOUT_REPORT = "holdout-report"
    ROTATION_ENDED = "rotation-ended"
    LATEST_START = "latest-start"
    SITE_UNREADABLE = "site-unreadable"
    TEST = "test"


class Figures(Value):
    """How far the clients of a wait are, when it was last read."""

    covered: int
    total: int
    waiting: int
    names: tuple[str, ...] = ()
    """Some of those that are waited for."""


class Notice(Value):
    """What happened, and what is asked of people."""

    key: str
    """The same thing has the same key, whichever process derives the notice, and however often."""
    kind: NoticeKind
    at: datetime
    site_id: SiteId | None = None
    """None of a test."""
    site_name: str = ""
    rotation_id: RotationId | None = None
    task_id: TaskId | None = None
    step: str = ""
    """The title of the step."""
    subject: str = ""
    """What in the site it is about: a server, a client, the holder of a task."""
    text: str = ""
    """The rotation's own text."""
    waits: Sentence | None = None
    """Why the rotation waits, or how it has ended; None where that is not known."""
    asks: tuple[Move, ...] = ()
    """What a person may choose."""
    by_when: datetime | None = None
    holder: str = ""
    """The person who holds the task."""
    days: int | None = None
    """Of a certificate: at most so many days are left."""
    figures: Figures | None = None
    of: NoticeKind | None = None
    """Of one that is over: what it was."""
    matter: str = ""
    """The id of the matter that it is about."""

    @property
    def id(self) -> str:
        """What names it at every channel."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:_ID_DIGITS]
