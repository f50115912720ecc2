"""What is known of a rotation where a sentence says why it waits: of its workflow, or of the store alone."""

from datetime import datetime
from typing import Self

from rotation.finding import Finding
from rotation.running.open_task import OpenTask
from rotation.running.wait import GateReading
from rotation.values import ServerName, Value


class AskedMatter(Value):
    """An attention: its kind, and what it is about."""

    code: str
    subject: str


class CurrentStep(Value):
    """The step at which the rotation stands."""

    kind: str = ""
    """As of the plan's steps; empty where the store alone is known."""
    title: str


class TaskHeld(Value):
    """The open console task."""

    claimed_by: str = ""
    begin_until: datetime | None = None
    """Of a replacement: what else a person does needs no proof of clients, and no time to begin."""

    @classmethod
    def of(cls, task: OpenTask, *, replaces: bool) -> Self:
        """The task that is open now."""
        return cls(claimed_by=task.claimed_by, begin_until=task.begin_until if replaces else None)


class WaitMeasure(Value):
    """How far a wait is: a value against what is needed."""

    due: datetime | None = None
    """When its minimum has passed."""
    limit: datetime | None = None
    """Until when it is normal."""
    next_at: datetime | None = None
    """When clients are read next."""
    read: bool = False
    """Whether they were read at all."""
    total: int = 0
    covered: int = 0
    """Clients that are proven, or safe without it."""
    waiting: int = 0
    unshown: tuple[ServerName, ...] = ()
    """Servers of which no client has shown yet what they sign."""

    def of(self, reading: GateReading) -> Self:
        """The same with what was read last."""
        numbers = {"total": reading.total, "covered": reading.covered + reading.safe, "waiting": reading.waiting}
        return self.model_copy(update={"read": True, "unshown": reading.unshown, **numbers})


class Situation(Value):
    """Where a rotation stands now."""

    status: str
    purpose: str = "rotate"
    begun: bool = True
    """Whether it has reported anything yet."""
    trouble: Finding | None = None
    """What the service finds wrong with it."""
    held_by: str = ""
    hold_reason: str = ""
    held: bool = False
    attention: tuple[AskedMatter, ...] = ()
    step: CurrentStep | None = None
    task: TaskHeld | None = None
    wait: WaitMeasure | None = None
    next_at: datetime | None = None
    """When it acts or reads next."""
    now: datetime
