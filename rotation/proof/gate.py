"""Gate arithmetic: how long a gate lasts at least, what its reference is, and when to look again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.plan.scope import ReportingPace
from rotation.values import GroupId, Value

HEARTBEATS = 3
"""The vendor's wait, in heartbeat intervals (A8, A10, B3)."""
_SECOND = timedelta(seconds=1)
"""To which SEPM's clock is known."""
_FASTEST = timedelta(milliseconds=500)
_SLOWEST = timedelta(days=1)
_RAREST = timedelta(days=7)
_BEYOND = 4


def minimum(owners: Iterable[ReportingPace], *, floor: timedelta = timedelta(0)) -> timedelta:
    """The least wait: three heartbeats of the slowest pair and its jitter, not below `floor` (A8, A10b, B3)."""
    waits = (HEARTBEATS * owner.slowest_heartbeat + owner.jitter for owner in owners)
    return max(floor, max(waits, default=timedelta(0)))


class Reference(Value):
    """What a policy serial of an owner must reach (rule 9), on SEPM's clock."""

    owner: GroupId
    date_before: datetime
    """`policyDate` as read just before the last write."""
    written_at: datetime
    """SEPM's own clock at the last write, cut to the second."""
    not_before: datetime
    """Until then, on SEPM's clock, an earlier write may still be the one that was published."""
    first_written_at: datetime | None = None
    """SEPM's clock just before the first of the writes that the gate waits for; None where none was made."""
    fixed: datetime | None = None
    followed: tuple[datetime, ...] = ()
    """Later policy dates of the owner at which its settings were read and were as the gate wants them."""

    @property
    def newest(self) -> datetime | None:
        """The newest date that is known to be right."""
        return max((*self.followed, self.fixed)) if self.fixed is not None else None


def written(
    owner: GroupId, date_before: datetime, clock: datetime, *, delay: timedelta, before: Reference | None
) -> Reference:
    """The reference that a write gives, which may not be the first one that its gate waits for.

    Args:
        owner: whose settings are written.
        date_before: its `policyDate` as read just before the write.
        clock: SEPM's clock at that moment.
        delay: how long publishing may take.
        before: what was noted around an earlier write.
    """
    first = before.first_written_at if before is not None else None
    return Reference(
        owner=owner,
        date_before=date_before,
        written_at=clock,
        not_before=clock + _SECOND + delay,
        first_written_at=first or clock,
    )


def fix(reference: Reference, policy_date: datetime, *, sepm_clock: datetime) -> Reference:
    """`reference`, fixed at the policy date that the last write caused. Once fixed it never moves.

    Args:
        reference: what was noted around the last write.
        policy_date: the owner's `policyDate` as read now.
        sepm_clock: SEPM's clock at this reading.
    """
    if reference.fixed is not None or sepm_clock < reference.not_before:
        return reference
    if policy_date > reference.date_before and policy_date >= reference.written_at:
        return reference.model_copy(update={"fixed": policy_date})
    return reference


def follow(reference: Reference, policy_date: datetime) -> Reference:
    """`reference` with a policy date whose settings were just read and were right (rule 12a).

    From then on a policy in between, made while the settings were changed back, proves nothing.
    """
    if reference.newest is None or policy_date <= reference.newest:
        return reference
    return reference.model_copy(update={"followed": (*reference.followed, policy_date)})


def moved_after_swap(
    owner: GroupId, policy_date: datetime, *, swap_seen: datetime, skew: timedelta
) -> Reference | None:
    """Rule 11 (a): the reference that a policy made after the swap gives, on whichever server's clock; else None."""
    if policy_date <= swap_seen + skew:
        return None
    return Reference(owner=owner, date_before=swap_seen, written_at=swap_seen, not_before=swap_seen, fixed=policy_date)


def next_look(now: datetime, *, since: datetime, heartbeat: timedelta, rarest: timedelta = _RAREST) -> datetime:
    """When to hold the site against what the rotation left, again: after as long as was waited so far.

    So a wait of hours sees an act within hours, and one of 90 days makes some twenty looks.

    Args:
        now: the time of the last look.
        since: when the wait began, or when something was last found.
        heartbeat: the fastest at which clients would take up a change.
        rarest: the longest between two looks.
    """
    return now + min(max(heartbeat, now - since), rarest)


def next_reading(now: datetime, *, opened: datetime, due: datetime, heartbeat: timedelta) -> datetime:
    """When to read a gate again: with the heartbeat at first, more seldom the longer it lasts.

    Until the minimum has passed, each reading comes after as long as was waited so far: the curve is as fine early on
    as late. Past the minimum it comes after a quarter of the time waited beyond it, once a day at the least, so that a
    short wait ends at once and one of a month costs some fifty readings. Two a heartbeat apart see two check-ins.
    """
    if now < due:
        return min(due, now + max(heartbeat, now - opened, _FASTEST))
    return now + min(max(heartbeat / 4, (now - due) / _BEYOND, _FASTEST), _SLOWEST)
