"""What a rotation reports."""

from datetime import datetime

from engine.contract.names import EventKind
from engine.contract.of_run import OfRun
from rotation.running.attention import Attention
from rotation.running.state import Outcome
from rotation.running.wait import GateReading
from rotation.values import PlanId, RotationId, SiteId, Value


class Noted(Value):
    """An event of the past that changed nothing by itself: it is stored with the next one."""

    number: int
    kind: EventKind
    message: str
    at: datetime
    phase: str
    step: str
    step_number: str
    http_request: str = ""
    """The id of the HTTP request by which it came; empty where none did."""


class ProgressReport(OfRun):
    """An event to append and the projection to show. Recording it twice changes nothing."""

    rotation_id: RotationId
    site_id: SiteId
    number: int
    kind: EventKind
    message: str
    at: datetime
    phase: str
    step: str = ""
    step_number: str = ""
    step_title: str = ""
    step_index: int = 0
    step_count: int = 0
    attention: tuple[Attention, ...] = ()
    held: bool = False
    reading: GateReading | None = None
    next_action_at: datetime | None = None
    plan_id: PlanId
    plan_hash: str
    outcome: Outcome | None = None
    code: str = ""
    """For drift: what it is, as programs know it."""
    subject: str = ""
    http_request: str = ""
    earlier: tuple[Noted, ...] = ()
