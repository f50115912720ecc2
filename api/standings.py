"""What this process last found out about the service, and what may be said of it now."""

from datetime import datetime
from typing import NamedTuple

from rotation.standing.reconciliation import Found, Reconciliation, believed, standing_of
from rotation.standing.trouble import Standing
from store.progress import Rotation, RotationStatus


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
