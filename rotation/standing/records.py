"""What the store has recorded of a rotation, and what Temporal shows of a workflow."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from rotation.span import Length
from rotation.values import RotationId, SiteId, Value


class Recorded(Value):
    """A rotation as the store has it."""

    rotation_id: RotationId
    site_id: SiteId
    status: str
    """`running`, or how it ended."""
    unreported: bool = False
    """Whether it has not reported anything yet: Temporal may never have heard of it."""
    last_event: int = 0
    """The number of the newest event that it has reported."""
    run_id: str = ""
    """The run of its workflow that the store has admitted."""

    @property
    def runs(self) -> bool:
        """Whether the store has it as running."""
        return self.status == "running"


class RunStatus(StrEnum):
    """What Temporal says of a workflow."""

    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    TIMED_OUT = "timed out"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self in {RunStatus.RUNNING, RunStatus.PAUSED}


class PendingTask(Value):
    """A workflow task that is to be done: the code of the workflow has to go on."""

    attempt: int
    """Temporal says no more of the time than when this attempt began."""
    error: str = ""
    """Why the attempts before have failed, where that is known."""


class PendingActivity(Value):
    """An activity that is being done, or tried again."""

    name: str
    attempt: int
    error: str = ""
    """Why the last attempt has failed."""
    error_type: str = ""


class NextAct(Value):
    """When a rotation acts next by itself, and how far it is."""

    at: datetime | None = None
    """None: it waits for a person, or for the answer to an activity."""
    heartbeat: Length = timedelta(0)
    """Of the slowest clients that it waits for."""
    events: int | None = None
    """How many events it has reported or is reporting; None: its worker is of a version that does not say."""


class WorkerAnswer(Value):
    """A worker has answered when the rotation acts next, and how far it is."""

    kind: Literal["answered"] = "answered"
    next_act: NextAct


class Silent(Value):
    """No worker has answered."""

    kind: Literal["silent"] = "silent"
    since: datetime
    """Since when none has."""


class Failed(Value):
    """A worker has taken the workflow up, and cannot run it."""

    kind: Literal["failed"] = "failed"
    error: str


QueryOutcome = Annotated[WorkerAnswer | Silent | Failed, Field(discriminator="kind")]
"""What came back when the workflow of a rotation was asked."""


class Run(Value):
    """The newest run of a workflow, as Temporal shows it."""

    workflow_id: str
    run_id: str
    type: str
    rotation_id: RotationId | None = None
    """The rotation that it says to be."""
    status: RunStatus
    reset_at: datetime | None = None
    """When it was reset to an earlier point of its history."""
    task: PendingTask | None = None
    activities: tuple[PendingActivity, ...] = ()
    answer: QueryOutcome | None = None
    """None: it was not asked."""


class Service(Value):
    """What is the same for all rotations at the time of a look."""

    now: datetime
    task_queue: str
    address: str
    """Of Temporal."""
    namespace: str
    polled_at: datetime
    """When a worker last asked Temporal for work; where none ever has, since when that is known."""
