"""What workflows and activities agree on: names, messages, search attributes. The only engine module workflows import.

Messages carry ids, counts and hashes; never a list of clients, a key, a password or a token. New fields need a default:
histories of rotations that are months old must still decode.
"""

from engine.contract.issuing import (
    TIDY_TRIES,
    AdvanceOrderAnswer,
    AdvanceOrderRequest,
    EndOrderAnswer,
    EndOrderRequest,
    IssueInput,
)
from engine.contract.names import (
    ISSUE_WORKFLOW,
    ROTATE_WORKFLOW,
    SIMULATE_WORKFLOW,
    SIMULATIONS_QUEUE,
    STATE_QUERY,
    SURVEY_WORKFLOW,
    WATCH_WORKFLOW,
    ActivityName,
    ErrorType,
    EventKind,
    SearchAttribute,
)
from engine.contract.planning import (
    LoadPlanAnswer,
    LoadPlanRequest,
    PlanCheckAnswer,
    PlanCheckRequest,
    RollBackAnswer,
    RollBackRequest,
)
from engine.contract.progress import Noted, ProgressReport
from engine.contract.refusing import ShowsRefusedSignals
from engine.contract.rotating import RotateInput, RotateResult, SurveyAnswer, SurveyRequest
from engine.contract.steps import (
    ClosingAnswer,
    ClosingRequest,
    Counted,
    GateRequest,
    LeaveOutRequest,
    LookAnswer,
    LookRequest,
    ReferenceAnswer,
    ServersRequest,
    StateCoverageRequest,
    StatedAnswer,
    StepRef,
    StepRequest,
    WriteAnswer,
    WriteRequest,
)
from engine.contract.tasks import (
    MoveTaskRequest,
    ObserveTaskAnswer,
    ObserveTaskRequest,
    OpenTaskAnswer,
    OpenTaskRequest,
)
from engine.contract.watching import WatchAnswer, WatchRequest

__all__ = [
    "ISSUE_WORKFLOW",
    "ROTATE_WORKFLOW",
    "SIMULATE_WORKFLOW",
    "SIMULATIONS_QUEUE",
    "STATE_QUERY",
    "SURVEY_WORKFLOW",
    "TIDY_TRIES",
    "WATCH_WORKFLOW",
    "ActivityName",
    "AdvanceOrderAnswer",
    "AdvanceOrderRequest",
    "ClosingAnswer",
    "ClosingRequest",
    "Counted",
    "EndOrderAnswer",
    "EndOrderRequest",
    "ErrorType",
    "EventKind",
    "GateRequest",
    "IssueInput",
    "LeaveOutRequest",
    "LoadPlanAnswer",
    "LoadPlanRequest",
    "LookAnswer",
    "LookRequest",
    "MoveTaskRequest",
    "Noted",
    "ObserveTaskAnswer",
    "ObserveTaskRequest",
    "OpenTaskAnswer",
    "OpenTaskRequest",
    "PlanCheckAnswer",
    "PlanCheckRequest",
    "ProgressReport",
    "ReferenceAnswer",
    "RollBackAnswer",
    "RollBackRequest",
    "RotateInput",
    "RotateResult",
    "SearchAttribute",
    "ServersRequest",
    "ShowsRefusedSignals",
    "StateCoverageRequest",
    "StatedAnswer",
    "StepRef",
    "StepRequest",
    "SurveyAnswer",
    "SurveyRequest",
    "WatchAnswer",
    "WatchRequest",
    "WriteAnswer",
    "WriteRequest",
]
