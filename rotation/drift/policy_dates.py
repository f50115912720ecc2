"""Whether the policy dates of a site show that settings were changed: only what the site itself has shown counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rotation.plan.plan import PlanBody
from rotation.plan.step import SettingField
from rotation.survey import ObservedGroup

_TO_THE_SECOND = timedelta(seconds=2)
"""SEPM's clock is known so well."""


class Written(NamedTuple):
    """A setting of a group that was changed, as read back. All times are on SEPM's clock."""

    field: SettingField
    at: datetime
    date_before: datetime
    """The group's policy date as it was read just before."""


def newest_policy(body: PlanBody, groups: Iterable[ObservedGroup]) -> datetime | None:
    """When the newest policy of the plan's groups was made, on SEPM's clock; None where none of them is there."""
    planned = {group for owner in body.scopes for group in owner.groups}
    return max((each.policy_date for each in groups if each.id in planned), default=None)


def dated(writes: Sequence[Written], fixed: datetime | None, within: timedelta) -> frozenset[SettingField]:
    """The settings whose change had another policy made.

    A date from long after a write is that of something else, and shows nothing.

    Args:
        writes: those of one group, in their order.
        fixed: the policy date that the gate behind the last one has fixed; None where there is none.
        within: how long SEPM takes to make a policy, as the site says.
    """
    if not writes:
        return frozenset()
    later = (*(each.date_before for each in writes[1:]), fixed)
    return frozenset(
        one.field
        for one, date in zip(writes, later, strict=True)
        if date is not None and date > one.date_before and date - one.at <= within + _TO_THE_SECOND
    )
