"""The kind of each message, as it is signed: a name that stays when a class is renamed."""

from collections.abc import Mapping
from typing import Final

from engine.contract.issuing import AdvanceOrderAnswer, AdvanceOrderRequest, EndOrderAnswer, EndOrderRequest, IssueInput
from engine.contract.planning import (
    LoadPlanAnswer,
    LoadPlanRequest,
    PlanCheckAnswer,
    PlanCheckRequest,
    RollBackAnswer,
    RollBackRequest,
)
from engine.contract.progress import ProgressReport
from engine.contract.rotating import AdmitRequest, RotateInput, RotateResult, SurveyAnswer, SurveyRequest
from engine.contract.steps import (
    AcceptRequest,
    ClosingAnswer,
    Counted,
    GateAnswer,
    GateRequest,
    LeaveOutRequest,
    LeftOutAnswer,
    LookAnswer,
    LookRequest,
    MoveAnswer,
    MoveRequest,
    NewbornAnswer,
    PutBackAnswer,
    ReferenceAnswer,
    ServersRequest,
    StateCoverageRequest,
    StatedAnswer,
    StepRequest,
    WriteAnswer,
    WriteRequest,
)
from engine.contract.tasks import (
    LookBeforeWorkAnswer,
    LookBeforeWorkRequest,
    MoveTaskRequest,
    NoteProofRequest,
    ObserveTaskAnswer,
    ObserveTaskRequest,
    OpenTaskAnswer,
    OpenTaskRequest,
)
from engine.contract.watching import WatchAnswer, WatchRequest
from rotation.drift.presented import Presented
from rotation.running.message import Heard, Inquiry, Message, Withdrawal
from rotation.running.state import RotationState
from rotation.simulation import (
    EndSimulationAnswer,
    EndSimulationRequest,
    PlayRunAnswer,
    PlayRunRequest,
    SimulateInput,
    SimulateResult,
)
from rotation.standing.records import NextAct

KINDS: Final[Mapping[type, str]] = {
    AcceptRequest: "accept-request",
    AdmitRequest: "admit-request",
    AdvanceOrderAnswer: "advance-order-answer",
    AdvanceOrderRequest: "advance-order-request",
    ClosingAnswer: "closing-answer",
    Counted: "counted",
    EndOrderAnswer: "end-order-answer",
    EndOrderRequest: "end-order-request",
    EndSimulationAnswer: "end-simulation-answer",
    EndSimulationRequest: "end-simulation-request",
    GateAnswer: "gate-answer",
    GateRequest: "gate-request",
    Heard: "heard",
    Inquiry: "inquiry",
    IssueInput: "issue-input",
    LeaveOutRequest: "leave-out-request",
    LeftOutAnswer: "left-out-answer",
    LoadPlanAnswer: "load-plan-answer",
    LoadPlanRequest: "load-plan-request",
    LookAnswer: "look-answer",
    LookBeforeWorkAnswer: "look-before-work-answer",
    LookBeforeWorkRequest: "look-before-work-request",
    LookRequest: "look-request",
    Message: "message",
    MoveAnswer: "move-answer",
    MoveRequest: "move-request",
    MoveTaskRequest: "move-task-request",
    NewbornAnswer: "newborn-answer",
    NextAct: "next-act",
    NoteProofRequest: "note-proof-request",
    ObserveTaskAnswer: "observe-task-answer",
    ObserveTaskRequest: "observe-task-request",
    OpenTaskAnswer: "open-task-answer",
    OpenTaskRequest: "open-task-request",
    PlanCheckAnswer: "plan-check-answer",
    PlanCheckRequest: "plan-check-request",
    PlayRunAnswer: "play-run-answer",
    PlayRunRequest: "play-run-request",
    Presented: "presented",
    ProgressReport: "progress-report",
    PutBackAnswer: "put-back-answer",
    ReferenceAnswer: "reference-answer",
    RollBackAnswer: "roll-back-answer",
    RollBackRequest: "roll-back-request",
    RotateInput: "rotate-input",
    RotateResult: "rotate-result",
    RotationState: "rotation-state",
    ServersRequest: "servers-request",
    SimulateInput: "simulate-input",
    SimulateResult: "simulate-result",
    StateCoverageRequest: "state-coverage-request",
    StatedAnswer: "stated-answer",
    StepRequest: "step-request",
    SurveyAnswer: "survey-answer",
    SurveyRequest: "survey-request",
    WatchAnswer: "watch-answer",
    WatchRequest: "watch-request",
    Withdrawal: "withdrawal",
    WriteAnswer: "write-answer",
    WriteRequest: "write-request",
}
