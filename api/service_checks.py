"""What this process last found out about the service, and how much of it still holds."""

from datetime import datetime, timedelta
from typing import NamedTuple

from engine.fault import TemporalDown
from rotation.standing.reconciliation import FoundTrouble, Reconciliation, current_reconciliation, standing_of
from rotation.standing.trouble import Standing, TroubleCode
from store.progress import Rotation, RotationStatus

_REMEMBERED = timedelta(minutes=1)
_ENDED = frozenset({TroubleCode.ENDED_OUTSIDE, TroubleCode.HISTORY_GONE})


class Known(NamedTuple):
    """What is known of a rotation."""

    standing: Standing | None
    """None: it has ended, and nothing of it is left."""
    found: FoundTrouble | None = None


class Standings:
    """The latest reconciliation; until one was made, nothing is known."""

    def __init__(self) -> None:
        self.latest: Reconciliation | None = None
        self._begun_at: datetime | None = None
        self._refused: tuple[datetime, TemporalDown] | None = None

    def message_refused(self, now: datetime, fault: TemporalDown) -> None:
        """Remember that Temporal runs and has refused to store a message: with a full disk it still answers queries."""
        self._refused = (now, fault)

    def message_stored(self) -> None:
        """Forget that: Temporal has stored a message."""
        self._refused = None

    def refused_lately(self, now: datetime) -> TemporalDown | None:
        """Why Temporal has refused to store the last message, if that was less than a minute ago."""
        return self._refused[1] if self._refused is not None and now - self._refused[0] <= _REMEMBERED else None

    def begin(self, now: datetime, latest: Reconciliation | None) -> None:
        """The reconciler looks from now on; `latest` is what was found before this process began."""
        self._begun_at, self.latest = now, latest

    def now(self, now: datetime) -> Reconciliation | None:
        """What of the latest reconciliation still holds."""
        return current_reconciliation(self.latest, self._begun_at, now)

    def of(self, rotation: Rotation, now: datetime) -> Known:
        """What is known of a rotation."""
        latest = self.now(now)
        if rotation.status is not RotationStatus.RUNNING:
            left = latest.own(rotation.id) if latest else None
            return Known(left.trouble.standing, left) if left else Known(None)
        found = latest.about(rotation.id) if latest else None
        return Known(standing_of(latest, found), found)

    def has_ended(self, rotation: Rotation, now: datetime) -> bool:
        """Whether nothing of a rotation runs any more, also where the store does not have its end yet."""
        found = self.of(rotation, now).found
        return rotation.status is not RotationStatus.RUNNING or (found is not None and found.trouble.code in _ENDED)
