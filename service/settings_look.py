"""Reading the settings of a whole site: group by group, or only where a policy is another one than last time.

A look at 3,000 groups of two locations is 9,000 requests, or 30 for the pages of groups.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from rotation.drift.policy_dates import Written, dated
from rotation.plan.step import SettingField
from rotation.survey import ObservedGroup
from rotation.values import GroupId, RotationId, SiteId
from sepm.port import Sepm
from store.rotation.write_rows import WriteOutcome
from store.store import Store

_BOTH = {SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS}
_FOR = timedelta(days=1)
"""So long what was read in full is gone by."""


class _Reading(NamedTuple):
    groups: Mapping[GroupId, ObservedGroup]
    in_full_at: datetime
    """When every setting was read last."""


class LastReadings:
    """What this process has read of sites. Another process, or a new one, reads in full."""

    def __init__(self) -> None:
        self._of: dict[SiteId, _Reading] = {}

    async def groups(
        self, site_id: SiteId, client: Sepm, *, now: datetime, by_dates: bool
    ) -> tuple[ObservedGroup, ...]:
        """Every group as it is; `by_dates`: where its policy is as it was, as it was read last, within a day."""
        last = self._of.get(site_id)
        if last is not None and not (by_dates and now - last.in_full_at < _FOR):
            last = None
        found = tuple(await client.groups(last.groups if last is not None else None))
        in_full_at = last.in_full_at if last is not None else now
        self._of[site_id] = _Reading({group.id: group for group in found}, in_full_at)
        return found


async def dates_show_settings(store: Store, rotation_id: RotationId, within: timedelta) -> bool:
    """Whether this site has shown, by what the rotation wrote, that a change of either setting has a policy made.

    `within`: how long SEPM takes to make it, as the site says.
    """
    writes = await store.writes.of_one_group(rotation_id)
    if not writes:
        return False
    latest = await store.references.latest(rotation_id, writes[0].pair.group_id)
    applied = [each for each in writes if each.outcome is WriteOutcome.APPLIED]
    known = [Written(each.field, each.sepm_clock, each.policy_date_before) for each in applied if each.sepm_clock]
    return dated(known, latest.fixed if latest is not None else None, within) >= _BOTH
