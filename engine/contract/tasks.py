"""Console tasks: opened, looked at, moved on."""

from datetime import datetime, timedelta

from pydantic import Field

from engine.contract.of_run import OfRun
from engine.contract.steps import StepRequest
from rotation.finding import Finding
from rotation.plan.work.task import TaskState
from rotation.values import Fingerprint, TaskId, Value


class OpenTaskRequest(StepRequest):
    """Open a console task for a step: the step's own work, or by hand what REST did not do."""

    by_hand: bool = False
    """Whether it is a write's fallback."""
    opened_at: datetime
    turning_back: bool = False
    because: str = ""
    """Why a task that was done is opened again."""


class OpenTaskAnswer(Value):
    """The task, opened now or before."""

    task_id: TaskId
    state: TaskState
    needless: str = ""
    """Why there is nothing to do, and no task was opened."""
    builds: tuple[str, ...] = ()
    """The builds of which it has a client looked at."""
    compares: bool = False
    """Whether .SIG files are compared in the same task."""
    misses_dates: bool = False
    """Whether a person is asked when their dates have not come for a day; histories of before have no such timer."""
    counts_check_ins: bool = False
    """Whether the wait behind a look ends when answers say; histories of before have one of two check-ins at least."""


class ObserveTaskRequest(StepRequest):
    """Look whether a task's work is done."""

    task_id: TaskId
    withdrawing: bool = False
    """Whether its work is not wanted any more: of a pair that is gone nothing needs to be seen."""
    evidence: dict[str, str] | None = None
    """The evidence of the operator who reports it done; None where none does."""
    who: str = ""
    """Who reports it done."""
    settled: tuple[str, ...] = ()
    """Builds that an earlier report about this task has shown, or that are left out by name."""


class ObserveTaskAnswer(Value):
    """What is seen; `done` rests on it alone. Without REST, what an operator states of settings counts as seen."""

    done: bool
    seen: str = ""
    wrong: Finding | None = None
    """Something else than what was asked happened, e.g. another certificate is served."""
    contradicts: Finding | None = None
    """What is seen speaks against attested work being done."""
    fingerprint: Fingerprint | None = None
    shown: dict[str, datetime] = Field(default_factory=dict)
    """Builds of which a client holds its list, with until when others of each may lack theirs."""
    counts_check_ins: bool = False
    """Whether `shown` counts check-ins in; in answers of before, two of the slowest come on top."""
    lags: dict[str, timedelta] = Field(default_factory=dict)
    """By build that was shown, how long after the policy its clients take the list at most, as the client shows."""
    outage_since: datetime | None = None
    """Since when a drill has something away, on SEPM's clock (rule 18)."""
    old_builds: tuple[str, ...] = ()
    """Builds of which a client holds another list."""
    old_taken: dict[str, datetime] = Field(default_factory=dict)
    """By build of these, by when its last client has taken its policy and checked in once more."""
    dates: dict[str, str] = Field(default_factory=dict)
    """The dates of .SIG files that were given beside it, where nothing speaks against them (rule 24c)."""
    state: TaskState = TaskState.OPEN


class MoveTaskRequest(OfRun):
    """Change a task's state."""

    task_id: TaskId
    to: TaskState
    who: str
    note: str = ""
    attestation: dict[str, str] = Field(default_factory=dict)
    at: datetime
    proof_until: datetime | None = None
    """Of a claimed replacement: until when its proof counts."""
    begin_until: datetime | None = None
    """Of a claimed replacement: until when its holder may begin without another look."""


class NoteProofRequest(OfRun):
    """Keep until when the proof of a claimed replacement counts; neither where it has lapsed."""

    task_id: TaskId
    proof_until: datetime | None
    begin_until: datetime | None


class LookBeforeWorkRequest(StepRequest):
    """Look whether the site is as its proof has read it: ports, policy dates, lists, SEPM's version (rule 19)."""

    task_id: TaskId
    survey_id: str
    """The survey that the proof rests on."""


class LookBeforeWorkAnswer(Value):
    """Whether something has changed since the proof was read."""

    moved: bool = False
    unseen: str = ""
    """Why the site could not be looked at."""
