"""Reading the settings of a whole site: group by group, or only where a policy is another one than last time.

A look at 3,000 groups of two locations is 9,000 requests, or 30 for the pages of groups.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rotation.drift.dated import Written, dated
from rotation.plan.step import SettingField
from rotation.survey import ObservedGroup
from rotation.values import GroupId, RotationId, SiteId
from sepm.port import Sepm
from store.store import Store
from store.writes import WriteOutcome

_BOTH = {SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS}
_FOR = timedelta(days=1)
"""So long what was read in full is gone by."""


@dataclass
class LastReadings:
    """What this process has read of sites. Another process, or a new one, reads in full."""

    _groups: dict[SiteId, dict[GroupId, ObservedGroup]] = field(default_factory=dict)
    _in_full: dict[SiteId, datetime] = field(default_factory=dict)

    async def groups(
        self, site_id: SiteId, client: Sepm, *, now: datetime, by_dates: bool
    ) -> tuple[ObservedGroup, ...]:
        """Every group as it is; `by_dates`: where its policy is as it was, as it was read last, within a day."""
        full_at = self._in_full.get(site_id)
        known = self._groups.get(site_id, {}) if by_dates and full_at is not None and now - full_at < _FOR else {}
        found = tuple(await client.groups(known))
        self._groups[site_id] = {group.id: group for group in found}
        if not known:
            self._in_full[site_id] = now
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
