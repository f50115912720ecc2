"""Clients that may know a certificate that is not in its server any more: they reported while it was, and not since.

A client that fails over learns the certificates of all servers from the one that it is at. Where it has learned another
one, it does not take that server for a way out when the certificate of its own is replaced (rule 12b).
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from rotation.finding import Finding, blocking
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.proof.membership import followers
from rotation.survey import ObservedClient, SiteSurvey
from rotation.text.some_names import some_of
from rotation.values import Value

MAY_KNOW_ANOTHER = "other-certificate-known"
_NAMES = 5


class OtherIn(Value):
    """When another certificate was in a server, on the service's clock."""

    since: datetime
    """The last look before that found in each server what the rotation left there."""
    until: datetime
    """When it was last known to be there, or was found to be gone."""


def may_know_another(
    body: PlanBody, survey: SiteSurvey, clients: Collection[ObservedClient], other: OtherIn
) -> Iterable[Finding]:
    """By group that fails over, its clients that reported last while another certificate was in a server."""
    for owner in body.scopes:
        if owner.treatment is not Treatment.FAILOVER:
            continue
        names = sorted(each.name for each in reported_last(body, survey, clients, owner, other))
        if names:
            text = (
                f"{len(names)} clients reported last while another certificate was in a server, and may know that one: "
                f"{some_of(names, _NAMES)}"
            )
            remedy = "have these computers report; where one stays away, cancel, and plan again with its group relaxed"
            yield blocking(MAY_KNOW_ANOTHER, owner.path, text, remedy)


def reported_last(
    body: PlanBody, survey: SiteSurvey, clients: Iterable[ObservedClient], owner: OwnerScope, other: OtherIn
) -> Iterator[ObservedClient]:
    """The clients of `owner`, and of what was born and follows it, that reported last in that time; none left out."""
    ahead = survey.sepm_clock - survey.taken_at
    since, until = other.since + ahead - survey.skew, other.until + ahead + body.publish_delay + survey.skew
    left_out = {client.id for client in body.left_out}
    born = followers(body, survey.groups)
    groups = {*owner.groups, *(group_id for group_id, followed in born.items() if followed is owner)}
    for each in clients:
        if each.group_id in groups and each.id not in left_out and _reported(each, since, until):
            yield each


def _reported(client: ObservedClient, since: datetime, until: datetime) -> bool:
    return client.last_seen is not None and since <= client.last_seen <= until
