"""A survey as it is shown: groups, settings, servers and counts; never the list of clients."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from rotation.span import Length
from rotation.survey import ObservedGroup, ObservedLocation, ServedCertificate, SiteSurvey
from rotation.values import GroupId, ServerName, SiteId, Value


class GroupShown(Value):
    """A group as surveyed."""

    id: GroupId
    path: str
    inherits: bool
    policy_date: datetime
    clients: int
    locations: tuple[ObservedLocation, ...]


class SurveyShown(Value):
    """A complete survey."""

    survey_id: str
    site_id: SiteId
    taken_at: datetime
    sepm_clock: datetime
    skew: Length
    version: str
    clients: int
    replication_partners: tuple[str, ...]
    groups: tuple[GroupShown, ...]
    servers: tuple[ServedCertificate, ...]
    http_silent: tuple[ServerName, ...]

    @classmethod
    def of(cls, site_id: SiteId, survey_id: str, survey: SiteSurvey, clients: Mapping[GroupId, int]) -> "SurveyShown":
        """The document of a stored survey. `clients` counts the clients of each group."""
        return cls(
            survey_id=survey_id,
            site_id=site_id,
            taken_at=survey.taken_at,
            sepm_clock=survey.sepm_clock,
            skew=survey.skew,
            version=survey.version,
            clients=sum(clients.values()),
            replication_partners=survey.replication_partners,
            groups=tuple(_group(group, clients.get(group.id, 0)) for group in survey.groups),
            servers=survey.served,
            http_silent=tuple(sorted(survey.http_silent)),
        )


class SurveyGoesOn(Value):
    """A survey that needs longer than a request waits."""

    site_id: SiteId
    state: Literal["running"] = "running"
    remedy: str = ""
    """How the caller gets what it asked for from this survey; empty where it asked for the survey itself."""


def _group(group: ObservedGroup, clients: int) -> GroupShown:
    return GroupShown(
        id=group.id,
        path=group.path,
        inherits=group.inherits,
        policy_date=group.policy_date,
        clients=clients,
        locations=group.locations,
    )
