"""What was observed, put together by owner of settings (rule 5)."""

from collections import defaultdict
from collections.abc import Iterable

from rotation import inheritance
from rotation.plan.request import PlanRequest
from rotation.plan.unproven_failover import unproven
from rotation.planning.basis import Observed
from rotation.planning.treatment import OwnerView
from rotation.site import Protocol, Site
from rotation.survey import ObservedClient, ObservedGroup, SiteSurvey
from rotation.values import GroupId, ListName, ServerName


def owner_views(site: Site, observed: Observed, request: PlanRequest) -> tuple[OwnerView, ...]:
    """Every owner of settings with all that follows it, by domain and path."""
    owner_of = inheritance.owners(observed.survey.groups)
    followers: dict[GroupId, list[ObservedGroup]] = defaultdict(list)
    clients: dict[GroupId, list[ObservedClient]] = defaultdict(list)
    for group in observed.survey.groups:
        if owner_of[group.id] != group.id:
            followers[owner_of[group.id]].append(group)
    for client in observed.clients:
        if client.group_id in owner_of:
            clients[owner_of[client.group_id]].append(client)
    lists = {known.name: known for known in site.lists}
    silent = frozenset(served.server for served in observed.survey.served if served.fingerprint is None)
    usable = usable_servers(site, observed.survey)
    owned = [group for group in observed.survey.groups if owner_of[group.id] == group.id]
    return tuple(
        OwnerView(
            group=group,
            inheritors=tuple(followers[group.id]),
            clients=tuple(clients[group.id]),
            lists=lists,
            site=site,
            unreachable=silent,
            stays_relaxed=group.id in observed.stay_relaxed,
            unproven=unproven(group, clients[group.id], observed.seen_at, usable),
            choice=request.unproven_in(group.id, group.path),
        )
        for group in sorted(owned, key=lambda group: (group.domain_id, group.path))
    )


def usable_servers(site: Site, survey: SiteSurvey) -> dict[ListName, frozenset[ServerName]]:
    """By list, the servers of this site in it that answer."""
    answering = frozenset(server.name for server in site.servers) - {
        served.server for served in survey.served if served.fingerprint is None
    }
    return {known.name: known.servers & answering for known in site.lists}


def lost_if_now(views: Iterable[OwnerView]) -> int:
    """Clients that a replacement of every certificate at once would cut off: all that verify, or speak HTTPS."""
    return sum(
        len(view.clients)
        for view in views
        if any(
            location.settings.secure_communications
            or view.lists[location.settings.server_list].protocol is Protocol.HTTPS
            for location in view.group.locations
        )
    )
