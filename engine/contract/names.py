"""Names: of workflows, activities, failures, search attributes, events."""

from datetime import timedelta
from enum import StrEnum

ROTATE_WORKFLOW, SURVEY_WORKFLOW, SIMULATE_WORKFLOW = "RotateSite", "SurveySite", "SimulatePlan"
SIMULATIONS_QUEUE = "-simulations"  # what is added to the name of a task queue: there runs are played one at a time
WATCH_WORKFLOW = "WatchCertificates"
ISSUE_WORKFLOW = "IssueCertificate"
STATE_QUERY, NEXT_ACT_QUERY = "state", "next_act"
EARLY_QUERY = "asked before its workflow task: ask again"
"""What a query is answered that came to a worker ahead of the workflow task (workflows/hosts/early_query.py)."""

SEPM_UNREACHABLE = "sepm-unreachable"
"""The type of a failure that time cures: SEPM does not answer, or asks to be left alone for a while."""
NOT_ANSWERING = "not-answering"
"""The type of such a failure that is given back to the workflow, once for each thing that it asks."""
REFUSED_INPUT = "refused-input"
"""The type of the failure of a start or a query that was refused."""
GIVEN_BACK_AFTER = timedelta(minutes=2)


class ActivityName(StrEnum):
    """Every activity, by the name that histories keep."""

    SURVEY_SITE = "survey_site"
    CHECK_PLAN = "check_plan"
    RECORD_ORIGINALS = "record_originals"
    WRITE_SETTINGS = "write_settings"
    FIX_REFERENCES = "fix_references"
    READ_GATE = "read_gate"
    READ_SILENT = "read_silent"
    MOVE_POLICIES = "move_policies"
    PUT_POLICIES_BACK = "put_policies_back"
    LEAVE_OUT = "leave_out"
    STATE_COVERAGE = "state_coverage"
    OPEN_TASK = "open_task"
    OBSERVE_TASK = "observe_task"
    MOVE_TASK = "move_task"
    NOTE_PROOF = "note_proof"
    LOOK_BEFORE_WORK = "look_before_work"
    OBSERVE_SERVERS = "observe_servers"
    LOOK = "look"
    RESTART_GATE = "restart_gate"
    FORGET_GATE = "forget_gate"
    FIND_NEWBORN = "find_newborn"
    ACCEPT_FOUND = "accept_found"
    CHECK_CLOSING = "check_closing"
    ADMIT = "admit"
    LOAD_PLAN = "load_plan"
    PLAN_ROLL_BACK = "plan_roll_back"
    RECORD_PROGRESS = "record_progress"
    PLAY_RUN = "play_run"
    END_SIMULATION = "end_simulation"
    WATCH_CERTIFICATES = "watch_certificates"
    ADVANCE_ORDER = "advance_order"
    END_ORDER = "end_order"


class ErrorType(StrEnum):
    """Failures that a person must decide about: retrying alone cannot help."""

    SEPM_CREDENTIALS = "sepm-credentials"
    THIRD_CERTIFICATE = "third-certificate"
    """What is presented is neither known nor announced: an attacker may be in the middle. Nothing was sent to it."""
    SEPM_REFUSED = "sepm-refused"
    GROUP_GONE = "group-gone"
    PLAN_ALTERED = "plan-altered"
    """The stored plan is not the approved one."""
    STORE_UNREADABLE = "store-unreadable"
    WRITE_NOT_ADMITTED = "write-not-admitted"
    """The store does not have it that the rotation writes that now. Nothing was sent."""
    ACCESS_ALTERED = "access-altered"
    """How the site is reached was changed in the database, and not by the service. Nothing was sent."""
    SITE_ARCHIVED = "site-archived"
    """A person has archived the site. Nothing was sent."""


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
    QUIET = "quiet"  # silent clients are named, and no person is called: at a claim, at a gate, at the close
    ADOPTED = "adopted"  # what was born, or has vanished, is left so, as a person decided; `subject` says what
    AMENDED = "amended"
    TURNING_BACK = "turning-back"
    ROLLING_BACK = "rolling-back"
    ENDED = "ended"
