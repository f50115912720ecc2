"""Whether a site has changed, told by what can be read each minute in a few calls (rule 19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rotation.survey import SiteSurvey
from rotation.values import Fingerprint, GroupId, ListName, ServerName


@dataclass(frozen=True)
class Sighting:
    """What changes with every setting, every list and every certificate."""

    served: Mapping[ServerName, Fingerprint | None]
    """What each server presents; None: it did not answer."""
    policies: Mapping[GroupId, datetime] | None = None
    """When the policy of each group was made; None: nobody has read that."""
    lists: Mapping[ListName, datetime] | None = None
    """When each server list was last edited; None: nobody has read that."""
    version: str | None = None
    """SEPM's version; None: it was not read."""

    def differs_from(self, before: "Sighting", due: ServerName | None) -> bool:
        """Whether something was changed since `before`, of what both have read.

        The server that is `due` restarts with its new certificate: when it does not answer, that says nothing.
        """
        another = any(
            shown != before.served.get(server, shown)
            for server, shown in self.served.items()
            if server != due or None not in (shown, before.served.get(server))
        )
        return another or any(
            None not in (mine, theirs) and mine != theirs
            for mine, theirs in (
                (self.policies, before.policies),
                (self.lists, before.lists),
                (self.version, before.version),
            )
        )


def sighting_of(survey: SiteSurvey) -> Sighting:
    """What a survey has seen of it."""
    return Sighting(
        policies={group.id: group.policy_date for group in survey.groups},
        lists=dict(survey.lists_edited),
        served={seen.server: seen.fingerprint for seen in survey.served},
        version=survey.version or None,
    )
