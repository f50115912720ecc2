"""What begins and ends a workflow: a rotation, a survey."""

from engine.contract.of_run import OfRun
from rotation.plan.plan import Purpose
from rotation.running.state import Outcome, RotationState
from rotation.values import PlanId, RotationId, SiteId, Value


class RotateInput(Value):
    """What starts a rotation: an approved plan, by its id and hash; after continue-as-new the state it had, too."""

    rotation_id: RotationId
    site_id: SiteId
    site_name: str
    plan_id: PlanId
    plan_hash: str
    purpose: Purpose
    resume: RotationState | None = None


class AdmitRequest(OfRun):
    """Hold a start, or a state that was handed over, against what the store knows of the rotation."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    plan_hash: str
    """What was approved."""
    number: int = 0
    """The number of the newest event of a state that was handed over; 0 for a start."""


class RotateResult(Value):
    """How it ended."""

    rotation_id: RotationId
    outcome: Outcome


class SurveyRequest(Value):
    """Read a whole site into the store."""

    site_id: SiteId


class SurveyAnswer(Value):
    """What was read, in numbers."""

    survey_id: str
    clients: int
    groups: int
