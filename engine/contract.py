"""What workflows and activities agree on: names, messages, search attributes. The only engine module workflows import.

Messages carry ids, counts and hashes; never a list of clients, a key, a password or a token. New fields need a default:
histories of rotations that are months old must still decode.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from rotation.drift import Drift
from rotation.finding import Finding
from rotation.plan import PlanBody, SettingField
from rotation.state import Attention, GateReading, Outcome, RotationState
from rotation.survey import Pair
from rotation.task import TaskState
from rotation.values import Fingerprint, GroupId, PlanId, RotationId, ServerName, SiteId, TaskId, Value

ROTATE_WORKFLOW, SURVEY_WORKFLOW, SIMULATE_WORKFLOW = "RotateSite", "SurveySite", "SimulatePlan"
SIMULATIONS_QUEUE = "-simulations"  # what is added to the name of a task queue: there runs are played one at a time
STATE_QUERY = "state"


class ActivityName(StrEnum):
    """Every activity, by the name that histories keep."""

    SURVEY_SITE = "survey_site"
    CHECK_PLAN = "check_plan"
    RECORD_ORIGINALS = "record_originals"
    WRITE_SETTINGS = "write_settings"
    FIX_REFERENCES = "fix_references"
    READ_GATE = "read_gate"
    LEAVE_OUT = "leave_out"
    OPEN_TASK = "open_task"
    OBSERVE_TASK = "observe_task"
    MOVE_TASK = "move_task"
    OBSERVE_SERVERS = "observe_servers"
    LOOK = "look"
    RESTART_GATE = "restart_gate"
    FIND_NEWBORN = "find_newborn"
    CHECK_CLOSING = "check_closing"
    LOAD_PLAN = "load_plan"
    PLAN_ROLL_BACK = "plan_roll_back"
    RECORD_PROGRESS = "record_progress"
    PLAY_RUN = "play_run"
    END_SIMULATION = "end_simulation"


class ErrorType(StrEnum):
    """Failures that a person must decide about: retrying alone cannot help."""

    SEPM_CREDENTIALS = "sepm-credentials"
    SEPM_UNTRUSTED = "sepm-untrusted"
    SEPM_REFUSED = "sepm-refused"
    GROUP_GONE = "group-gone"
    STORE_UNREADABLE = "store-unreadable"


class SearchAttribute(StrEnum):
    """Custom search attributes: what the list of rotations shows and filters by."""

    SITE = "RotatorSite"
    ROTATION = "RotatorRotation"
    PHASE = "RotatorPhase"
    STEP = "RotatorStep"
    TREATMENT = "RotatorTreatment"
    COVERAGE = "RotatorCoverage"
    ATTENTION = "RotatorAttention"
    NEXT_ACTION = "RotatorNextAction"
    EARLIEST_END = "RotatorEarliestEnd"


class RotateInput(Value):
    """What starts a rotation: an approved plan, or, after continue-as-new, the state it had."""

    rotation_id: RotationId
    site_id: SiteId
    site_name: str
    plan_id: PlanId
    plan_hash: str
    body: PlanBody
    resume: RotationState | None = None


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


class PlanCheckRequest(Value):
    """Compare the rest of a plan with the newest survey."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    survey_id: str
    swapped: tuple[ServerName, ...] = ()
    mid_wave: bool = False
    """Whether relaxed groups are relaxed now: then the site is compared with that state."""
    at: str = ""
    """The id of the step that runs: a recheck, after which an amendment may go on, or the one that is claimed."""
    excluded: tuple[str, ...] = ()
    """Locations that were born, with which two persons go on as they are."""
    on_trust: bool = False
    """Whether clients that a drill has not shown to fail over shall be approved by name, instead of relaxed."""


class PlanCheckAnswer(Value):
    """What differs; where a new plan could be made, its id: an amendment to approve."""

    findings: tuple[Finding, ...] = ()
    amendment: PlanId | None = None


class RollBackRequest(Value):
    """Plan how the old certificates are put back."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    survey_id: str
    swapped: tuple[ServerName, ...]
    begun: int
    """How many steps were begun."""
    proven: tuple[str, ...]
    """Steps that have ended, and whose proof still stands."""


class RollBackAnswer(Value):
    """The amendment to approve."""

    plan_id: PlanId
    hash: str
    servers: tuple[ServerName, ...]
    """In the order in which they get their old certificate back."""
    steps: int
    """How many are still to come."""
    least: timedelta
    findings: tuple[Finding, ...]


class StepRef(Value):
    """Which step of which rotation's plan."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    step: str
    """The step's id in the plan, without the prefix of a cancel."""


class StepRequest(Value):
    """An activity about one step of the approved plan, which it reads from the store."""

    ref: StepRef


class Counted(Value):
    """How many."""

    count: int


class WriteRequest(StepRequest):
    """Bring one setting of every relaxed pair to what the step wants."""

    field: SettingField
    restores: bool
    turning_back: bool = False
    """Whether old certificates must still be in force: every write is preceded by a probe (rule 16)."""
    pairs: tuple[Pair, ...] | None = None
    """Only these, where some of what was written before is written back."""


class WriteAnswer(Value):
    """What was written; pairs where REST changed nothing wait for a console task."""

    written: int
    already: int
    refused: int
    reason: str = ""
    gone: tuple[str, ...] = ()
    """Pairs to be put back that are not there any more."""
    new_certificate_at: ServerName | None = None
    """A server that presents another certificate than the old one while turning back: the restore has stopped."""


class LookRequest(StepRequest):
    """Hold the site against what the rotation left."""

    swapped: tuple[ServerName, ...] = ()
    due: ServerName | None = None
    """The server whose certificate may be replaced now."""
    since: datetime
    """Clients that were moved since then are named."""
    excluded: tuple[str, ...] = ()
    """Locations that were born, with which two persons go on as they are."""


class LookAnswer(Value):
    """What is not as the rotation left it."""

    drifts: tuple[Drift, ...] = ()


class ReferenceAnswer(Value):
    """Whether every owner's policy moved after the last write; names of those that did not."""

    missing: tuple[str, ...] = ()


class GateRequest(StepRequest):
    """One full reading of a gate."""

    swapped: tuple[ServerName, ...] = ()
    opened_at: datetime | None = None
    verified_by: str = ""
    """A survey that has just found the settings as the gate wants them: the gate is asked whether it still holds."""


class LeaveOutRequest(StepRequest):
    """Leave the clients that hold a gate, or all of some groups, out of the count, by two persons' word."""

    groups: tuple[GroupId, ...] = ()
    """Groups that were born, whose clients no gate counts."""

    asked_by: str
    approved_by: str
    why: str
    swapped: tuple[ServerName, ...] = ()


class OpenTaskRequest(StepRequest):
    """Open a console task for a step: the step's own work, or by hand what REST did not do."""

    by_hand: bool = False
    """Whether it is a write's fallback."""
    opened_at: datetime
    turning_back: bool = False


class OpenTaskAnswer(Value):
    """The task, opened now or before."""

    task_id: TaskId
    state: TaskState


class ObserveTaskRequest(StepRequest):
    """Look whether a task's work is done."""

    task_id: TaskId
    withdrawing: bool = False
    """Whether nobody wants it done any more: of a pair that is gone nothing needs to be seen."""


class ObserveTaskAnswer(Value):
    """What is seen. `done` is never anybody's word but the world's."""

    done: bool
    seen: str = ""
    wrong: Finding | None = None
    """Something else than what was asked happened, e.g. another certificate is served."""
    contradicts: Finding | None = None
    """What is seen speaks against attested work being done."""
    fingerprint: Fingerprint | None = None
    state: TaskState = TaskState.OPEN


class MoveTaskRequest(Value):
    """Change a task's state."""

    task_id: TaskId
    to: TaskState
    who: str
    note: str = ""
    attestation: dict[str, str] = Field(default_factory=dict)
    at: datetime


class ServersRequest(Value):
    """Probe every server."""

    site_id: SiteId
    plan_id: PlanId


class ClosingRequest(StepRequest):
    """The closing check."""

    adopted: tuple[str, ...] = ()
    """Pairs that were born or have vanished during the rotation, and that a person leaves so."""


class ClosingAnswer(Value):
    """Whether the site is as it was, and who has not come back."""

    findings: tuple[Finding, ...] = ()
    born: tuple[Finding, ...] = ()
    """Pairs that the plan does not know and that it affects."""
    reading: GateReading


class EventKind(StrEnum):
    """What an event tells."""

    STARTED = "started"
    STEP_BEGAN = "step-began"
    STEP_ENDED = "step-ended"
    GATE_PASSED = "gate-passed"
    TASK_OPENED = "task-opened"
    TASK_CLOSED = "task-closed"
    ATTENTION = "attention"
    ATTENTION_OVER = "attention-over"
    MESSAGE = "message"
    DRIFT = "drift"  # the site is not as the rotation left it; `code` and `subject` say what and where
    REPAIRED = "repaired"
    DRIFT_OVER = "drift-over"
    GATE_RESTARTED = "gate-restarted"
    ADOPTED = "adopted"  # what was born, or has vanished, is left so by a person's word; `subject` says what
    AMENDED = "amended"
    TURNING_BACK = "turning-back"
    ROLLING_BACK = "rolling-back"
    ENDED = "ended"


class Noted(Value):
    """An event of the past that changed nothing by itself: it is stored with the next one."""

    number: int
    kind: EventKind
    message: str
    at: datetime
    phase: str
    step: str
    step_number: str


class ProgressReport(Value):
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
    earlier: tuple[Noted, ...] = ()


class LoadPlanRequest(Value):
    """Read a stored plan."""

    plan_id: PlanId


class LoadPlanAnswer(Value):
    """A stored plan, by its hash."""

    hash: str
    body: PlanBody
