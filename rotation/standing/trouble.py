"""Where a running rotation stands with the service, and what is wrong with it."""

from enum import StrEnum

from rotation.finding import Finding, blocking
from rotation.values import Value


class Standing(StrEnum):
    """What the service knows of a rotation that is recorded as running."""

    SOUND = "sound"
    """The store and Temporal agree, and a worker answers for it."""
    STALLED = "stalled"
    """It is there, and does not get on."""
    ADRIFT = "adrift"
    """The store and Temporal do not know the same."""
    UNKNOWN = "unknown"
    """The service could not look, or has not looked yet."""

    @property
    def words(self) -> str:
        """As texts for people have it, behind what it is about."""
        return _STANDS[self]


_STANDS = {
    Standing.SOUND: "all is well",
    Standing.STALLED: "it does not get on",
    Standing.ADRIFT: "the database and Temporal do not agree",
    Standing.UNKNOWN: "the service could not look",
}


class TroubleCode(StrEnum):
    """What is wrong, as programs know it. docs/admin/troubleshooting.md tells of each."""

    TASK_FAILS = "task-fails"
    WORKER_CANNOT = "worker-cannot"
    NO_WORKER = "no-worker"
    ACTIVITY_FAILS = "activity-fails"
    OVERDUE = "overdue"
    PAUSED = "paused"
    STORE_FULL = "store-full"
    TEMPORAL_FAILS = "temporal-fails"
    HISTORY_GONE = "history-gone"
    ENDED_OUTSIDE = "ended-outside"
    RESET_OUTSIDE = "reset-outside"
    HISTORY_OLDER = "history-older"
    LEFT_CHANGED = "left-changed"
    OTHER_RUN = "other-run"
    RUNS_AFTER_END = "runs-after-end"
    NOT_RECORDED = "not-recorded"
    TEMPORAL_AWAY = "temporal-away"
    STORE_AWAY = "store-away"
    NOT_CHECKED = "not-checked"


class Trouble(Value):
    """Something that is wrong, about what, and the one thing that helps now."""

    standing: Standing
    code: TroubleCode
    subject: str
    """A rotation, a workflow or a part of the service, by its id or name."""
    message: str
    remedy: str

    def finding(self) -> Finding:
        """As attention, a refusal or health shows it."""
        return blocking(self.code.value, self.subject, f"{self.standing.words}: {self.message}", self.remedy)


def stalled(code: TroubleCode, subject: str, message: str, remedy: str) -> Trouble:
    """Trouble of something that does not get on."""
    return Trouble(standing=Standing.STALLED, code=code, subject=subject, message=message, remedy=remedy)


def adrift(code: TroubleCode, subject: str, message: str, remedy: str) -> Trouble:
    """Trouble of something that the store and Temporal do not know alike."""
    return Trouble(standing=Standing.ADRIFT, code=code, subject=subject, message=message, remedy=remedy)


def unknown(code: TroubleCode, subject: str, message: str, remedy: str) -> Trouble:
    """Trouble that keeps the service from knowing."""
    return Trouble(standing=Standing.UNKNOWN, code=code, subject=subject, message=message, remedy=remedy)
