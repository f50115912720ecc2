"""A plan with everything known of the site that it is for: what a simulation of it is made from."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import Field

from rotation.finding import Finding, blocking
from rotation.plan.plan import Plan
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import CertificateId, ClientId, ServerName, Value

_ROOT = "My Company"
"""What SEPM calls the group above all others."""
_PURPOSES = {"restore": "a restore", "recover": "a disaster recovery", "roll-back": "a roll-back"}
_EDGES = (timedelta(hours=2), timedelta(days=1), timedelta(days=7), timedelta(days=30))


class SurveyedPlan(Value):
    """A plan, its site as registered and as surveyed, and its clients as they were last read."""

    plan: Plan
    site: Site
    survey: SiteSurvey
    as_of: datetime
    """SEPM's clock when the clients were last read."""
    clients: tuple[ObservedClient, ...]
    """All of them, or a sample; by id."""
    clients_of_site: int
    vanished: int = 0
    """Clients that were seen once and that SEPM does not list any more: they are not played."""
    seen_at: dict[ClientId, tuple[ServerName, ...]] = Field(default_factory=dict)
    """Of each client, at which servers it was ever seen."""
    keyless: frozenset[CertificateId] = frozenset()
    """The plan's certificates whose key is not kept."""


def unplayable(surveyed: SurveyedPlan) -> tuple[Finding, ...]:
    """Why a plan cannot be simulated; empty when it can."""
    return tuple(_hindrances(surveyed))


def _hindrances(surveyed: SurveyedPlan) -> Iterable[Finding]:
    survey, plan, site = surveyed.survey, surveyed.plan, surveyed.site
    if plan.body.purpose != "rotate":
        yield blocking(
            "no-rotation", plan.id, f"the plan is that of {_PURPOSES[plan.body.purpose]}", "play the plan of a rotation"
        )
    paths = [group.path for group in survey.groups]
    doubled = sorted({path for path in paths if paths.count(path) > 1})
    if doubled:
        yield blocking("groups-of-one-name", site.name, f"two groups are named {doubled[0]!r}", "survey again and plan")
    if all(group.path != _ROOT or group.inherits for group in survey.groups):
        yield blocking("no-root-group", site.name, f"no group is named {_ROOT!r}", "survey as a system administrator")


def sample(
    clients: Collection[ObservedClient],
    seen_at: Mapping[ClientId, Collection[ServerName]],
    *,
    most: int,
    as_of: datetime,
) -> tuple[ObservedClient, ...]:
    """Some `most` of the clients, by id: of each kind its share, and one at least. All, where they are not more.

    Clients are of one kind when they have in common what treatment is decided by: group, build, persistence, and
    whether they were seen at a second server. Of each kind those last seen lately, days and weeks ago are taken in
    proportion; which ones, depends on their ids only.
    """
    if len(clients) <= most:
        return tuple(sorted(clients, key=lambda client: client.id))
    kinds: dict[tuple[object, ...], list[ObservedClient]] = defaultdict(list)
    for client in clients:
        several = len(seen_at.get(client.id, ())) > 1
        kinds[client.group_id, client.build, client.non_persistent, several].append(client)
    taken: list[ObservedClient] = []
    for some in kinds.values():
        some.sort(key=lambda client: (_stretch(client, as_of), hashlib.sha256(client.id.encode()).digest()))
        count = max(1, len(some) * most // len(clients))
        taken += [some[(2 * number + 1) * len(some) // (2 * count)] for number in range(count)]
    return tuple(sorted(taken, key=lambda client: client.id))


def _stretch(client: ObservedClient, as_of: datetime) -> int:
    if client.last_seen is None:
        return len(_EDGES) + 1
    return sum(as_of - client.last_seen > edge for edge in _EDGES)
