"""Whether the policy dates of a site show that settings were changed: only what the site itself has shown counts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from rotation.plan.step import SettingField


class Written(NamedTuple):
    """A setting of a group that was changed, as read back."""

    field: SettingField
    date_before: datetime
    """The group's policy date as it was read just before."""


def dated(writes: Sequence[Written], now: datetime | None) -> frozenset[SettingField]:
    """The settings whose change had another policy made.

    Args:
        writes: those of one group, in their order.
        now: its policy date since the last one; None where it is not known.
    """
    shown = {one.field for one, following in pairwise(writes) if following.date_before > one.date_before}
    if writes and now is not None and now > writes[-1].date_before:
        shown.add(writes[-1].field)
    return frozenset(shown)
