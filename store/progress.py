"""A rotation as people see it in lists, and what the running one reports of itself."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict

from rotation.finding import Finding
from rotation.running.report import RotationReport
from rotation.running.wait import GateReading
from rotation.values import PlanId, RotationId, SiteId, Value


class RotationStatus(StrEnum):
    """Where a rotation stands as a whole."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ROLLED_BACK = "rolled-back"
    RESTORED = "restored"
    """Ended from outside, and every original setting was put back afterwards."""
    TERMINATED = "terminated"
    """Ended from outside; what it left behind is unknown."""


class NewRotation(Value):
    """A rotation as it is asked for."""

    id: RotationId
    site_id: SiteId
    plan_id: PlanId
    plan_hash: str
    purpose: Literal["rotate", "restore", "recover"] = "rotate"
    started_by: str
    why: str = ""


class Projection(Value):
    """What is shown of a rotation in lists: where it stood when it last reported."""

    # what is shown has each of them: in the document of the API none may be missing
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    status: RotationStatus = RotationStatus.RUNNING
    phase: str = ""
    step_id: str = ""
    step_number: str = ""
    step_title: str = ""
    step_index: int = 0
    step_count: int = 0
    attention: tuple[Finding, ...] = ()
    held: bool = False
    coverage: GateReading | None = None
    next_action_at: datetime | None = None
    finished_at: datetime | None = None
    report: RotationReport | None = None


class Progress(Projection):
    """What a rotation reports of itself. Fields that are not given stay as they are; None empties one."""

    plan_id: PlanId = PlanId("")
    """Given with `plan_hash` when an amendment was approved."""
    plan_hash: str = ""


class Projected(Projection, NewRotation):
    """A rotation as it was asked for, with its newest projection."""

    created_at: datetime
    updated_at: datetime


class Rotation(Projected):
    """A rotation as it is kept."""

    last_event: int
    """The number of the newest event that it has reported; 0 before the first one."""
    run_id: str = ""
    """The run of its workflow that acts for it."""

    @property
    def unreported(self) -> bool:
        """Whether it was recorded and has not reported anything yet: Temporal may never have heard of it."""
        return self.status is RotationStatus.RUNNING and self.last_event == 0
