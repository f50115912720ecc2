"""What this process last found out about the service, and what may be said of it now."""

from datetime import datetime, timedelta
from typing import NamedTuple

from engine.fault import TemporalDown
from rotation.standing.reconciliation import Found, Reconciliation, believed, standing_of
from rotation.standing.trouble import Standing
from store.progress import Rotation, RotationStatus

_REMEMBERED = timedelta(minutes=1)


class Known(NamedTuple):
    """What is known of a rotation."""

    standing: Standing | None
    """None: it has ended, and nothing of it is left."""
    found: Found | None = None


class Standings:
    """The latest reconciliation; until one was made, nothing is known."""

    def __init__(self) -> None:
        self.latest: Reconciliation | None = None
        self._begun_at: datetime | None = None
        self._unkept: tuple[datetime, TemporalDown] | None = None

    def not_kept(self, now: datetime, fault: TemporalDown) -> None:
        """Temporal runs, and did not keep what it was told: one whose disk is full answers what it has in memory."""
        self._unkept = (now, fault)

    def kept(self) -> None:
        """Temporal has kept what it was told."""
        self._unkept = None

    def unkept(self, now: datetime) -> TemporalDown | None:
        """Why Temporal did not keep what it was told last, where that was a moment ago."""
        return self._unkept[1] if self._unkept is not None and now - self._unkept[0] <= _REMEMBERED else None

    def begin(self, now: datetime, latest: Reconciliation | None) -> None:
        """From now on somebody looks; `latest` is what was found before this process began."""
        self._begun_at, self.latest = now, latest

    def now(self, now: datetime) -> Reconciliation | None:
        """What may be said now."""
        return believed(self.latest, self._begun_at, now)

    def of(self, rotation: Rotation, now: datetime) -> Known:
        """What is known of a rotation."""
        latest = self.now(now)
        if rotation.status is not RotationStatus.RUNNING:
            left = latest.own(rotation.id) if latest else None
            return Known(left.trouble.standing, left) if left else Known(None)
        found = latest.about(rotation.id) if latest else None
        return Known(standing_of(latest, found), found)
