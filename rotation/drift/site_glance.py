"""Whether a site has changed, by what can be read each minute in a few calls (rule 19)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rotation.survey import ObservedGroup, ObservedLocation, SiteSurvey
from rotation.values import Fingerprint, GroupId, ListName, ServerName


@dataclass(frozen=True)
class SiteGlance:
    """What changes with every setting, every list and every certificate."""

    served: Mapping[ServerName, Fingerprint | None]
    """What each server presents; None: it did not answer."""
    policies: Mapping[GroupId, datetime] | None = None
    """When the policy of each group was made; None: it was not read."""
    lists: Mapping[ListName, datetime] | None = None
    """When each server list was last edited; None: it was not read."""
    version: str | None = None
    """SEPM's version; None: it was not read."""
    clients: Mapping[GroupId, int] | None = None
    """How many clients SEPM counts in each group; None: it was not read."""
    settings: Mapping[GroupId, tuple[ObservedLocation, ...]] | None = None
    """The locations of each group with their settings; None: they were not read."""

    def differs_from(self, before: "SiteGlance", due: ServerName | None) -> bool:
        """Whether something was changed since `before`, of what both have read.

        The server that is `due` restarts with its new certificate: when it does not answer, that says nothing.
        """
        another = any(
            shown != before.served.get(server, shown)
            for server, shown in self.served.items()
            if server != due or None not in (shown, before.served.get(server))
        )
        return (
            another
            or self._has_more_clients_than(before)
            or any(
                None not in (mine, theirs) and mine != theirs
                for mine, theirs in (
                    (self.policies, before.policies),
                    (self.lists, before.lists),
                    (self.version, before.version),
                    (self.settings, before.settings),
                )
            )
        )

    def _has_more_clients_than(self, before: "SiteGlance") -> bool:
        """Whether clients came to a group: one that was installed from an old package may not be ready.

        One that comes while another leaves is not seen so; the proof itself counts clients by name.
        """
        if self.clients is None or before.clients is None:
            return False
        return any(count > before.clients.get(group, 0) for group, count in self.clients.items())


def settings_of(groups: Iterable[ObservedGroup]) -> Mapping[GroupId, tuple[ObservedLocation, ...]]:
    """The locations of each group, in one order."""
    return {group.id: tuple(sorted(group.locations, key=lambda each: each.id)) for group in groups}


def sighting_of(survey: SiteSurvey) -> SiteGlance:
    """What a survey has seen of it."""
    return SiteGlance(
        policies={group.id: group.policy_date for group in survey.groups},
        lists=dict(survey.lists_edited),
        served={seen.server: seen.fingerprint for seen in survey.served},
        version=survey.version or None,
        settings=settings_of(survey.groups),
    )
