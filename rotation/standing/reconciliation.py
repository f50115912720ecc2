"""What one look at the store and Temporal has found, and for how long it is valid."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.standing.trouble import Standing, Trouble, TroubleCode, unknown
from rotation.values import RotationId, Value

LATE = timedelta(seconds=60)
"""A look is valid for this long; looks are some 15 seconds apart."""


class FoundTrouble(Value):
    """Trouble, and since when it was found at each look."""

    trouble: Trouble
    since: datetime


class Reconciliation(Value):
    """One look at everything."""

    taken_at: datetime
    service: tuple[FoundTrouble, ...] = ()
    """What concerns every rotation."""
    rotations: tuple[FoundTrouble, ...] = ()
    workflows: tuple[FoundTrouble, ...] = ()
    """Workflows under ids of ours that the store does not have so."""

    @property
    def all(self) -> tuple[FoundTrouble, ...]:
        """Everything that was found."""
        return (*self.service, *self.rotations, *self.workflows)

    def own(self, rotation_id: RotationId) -> FoundTrouble | None:
        """What is wrong with a rotation."""
        return next((found for found in self.rotations if found.trouble.subject == rotation_id), None)

    def about(self, rotation_id: RotationId) -> FoundTrouble | None:
        """What is wrong with a rotation that runs by the store: its own trouble first."""
        return self.own(rotation_id) or next(iter(self.service), None)


def reconciled(
    before: Reconciliation | None,
    taken_at: datetime,
    *,
    service: Iterable[Trouble] = (),
    rotations: Iterable[Trouble] = (),
    workflows: Iterable[Trouble] = (),
) -> Reconciliation:
    """What was found now; what was there at the look before keeps the time from which it was found."""
    since = {(each.trouble.subject, each.trouble.code): each.since for each in before.all} if before else {}

    def found(troubles: Iterable[Trouble]) -> tuple[FoundTrouble, ...]:
        return tuple(
            FoundTrouble(trouble=each, since=since.get((each.subject, each.code), taken_at)) for each in troubles
        )

    return Reconciliation(
        taken_at=taken_at, service=found(service), rotations=found(rotations), workflows=found(workflows)
    )


def current_reconciliation(
    latest: Reconciliation | None, begun_at: datetime | None, now: datetime
) -> Reconciliation | None:
    """What the service may report now: the latest look, or that it is too old; None while nothing is known yet.

    Args:
        latest: the latest look, of any process.
        begun_at: when this process began to look; None: it does not.
        now: the time.
    """
    looked_at = latest.taken_at if latest else begun_at
    if begun_at is None or looked_at is None:
        return None
    since = max(looked_at, begun_at)
    if now - since <= LATE:
        return latest
    text = f"the service has not compared the database with Temporal since {since:%Y-%m-%d %H:%M:%S} UTC"
    remedy = "read the log of the API; the service compares again by itself"
    late = FoundTrouble(trouble=unknown(TroubleCode.NOT_CHECKED, "reconciler", text, remedy), since=since)
    return Reconciliation(taken_at=since, service=(late,))


def standing_of(latest: Reconciliation | None, found: FoundTrouble | None) -> Standing:
    """Where a rotation stands that runs by the store."""
    if found is not None:
        return found.trouble.standing
    return Standing.UNKNOWN if latest is None else Standing.SOUND
