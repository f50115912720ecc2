"""What replaced servers sign for clients that fail over: shown by one that takes a moved policy there (rule 24)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Gate, ScopeName
from rotation.plan.task import ReplaceCertificate
from rotation.proof.gate import minimum
from rotation.proof.signed import shown_by
from rotation.serial import parse_or_none
from rotation.site import Site
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ListName, ServerName

_ENOUGH = 3
"""So many clients at a replaced server make a group fit: one alone may be switched off."""


def verifying(owner: OwnerScope) -> bool:
    """Whether clients of the owner fail over, and verify in each of its locations."""
    return owner.treatment is Treatment.FAILOVER and all(pair.secure_communications for pair in owner.pairs)


def lists_to_show(body: PlanBody, site: Site, step: Gate) -> dict[ListName, frozenset[ServerName]]:
    """Of each list of clients that fail over and verify: its servers that were replaced before `step`."""
    done = body.steps[: body.steps.index(step)]
    works = (each.work for each in done if isinstance(each, Console))
    replaced = {work.server for work in works if isinstance(work, ReplaceCertificate)}
    used = {pair.server_list for owner in body.owners(ScopeName.FAILOVER) if verifying(owner) for pair in owner.pairs}
    found = {known.name: known.servers & replaced for known in site.lists if known.name in used}
    return {name: servers for name, servers in found.items() if servers}


def unshown(
    lists: Iterable[frozenset[ServerName]], shown: Collection[ServerName], used: Collection[ServerName]
) -> frozenset[ServerName]:
    """The servers that must be shown still: those that clients use, and all of a list of which none was.

    Args:
        lists: the replaced servers of each list, as `lists_to_show` has them.
        shown: servers that clients have shown.
        used: servers at which clients that verify are now.
    """
    return frozenset(
        server
        for servers in lists
        for server in servers.difference(shown)
        if server in used or servers.isdisjoint(shown)
    )


def to_move(
    body: PlanBody, servers: Iterable[ServerName], clients: Iterable[ObservedClient], *, now: datetime
) -> tuple[OwnerScope, ...]:
    """The owners whose policy is to be moved: for each server one with clients there, the smallest of those.

    Args:
        body: the plan.
        servers: those that must be shown. One without clients that verify gets no owner.
        clients: those that are listed now.
        now: SEPM's clock.
    """
    owner_of = {group: owner for owner in body.scopes if verifying(owner) for group in owner.groups}
    sizes: Counter[GroupId] = Counter()
    there: dict[ServerName, Counter[GroupId]] = {server: Counter() for server in servers}
    for client in clients:
        owner = owner_of.get(client.group_id)
        if owner is not None:
            sizes[owner.group_id] += 1
            if client.last_server in there and was_there(client, owner, now):
                there[client.last_server][owner.group_id] += 1
    chosen: dict[GroupId, OwnerScope] = {}
    for _, found in sorted(there.items()):
        if found and chosen.keys().isdisjoint(found):
            best = min(found, key=lambda each: (-min(found[each], _ENOUGH), sizes[each], each))
            chosen[best] = next(owner for owner in body.scopes if owner.group_id == best)
    return tuple(chosen.values())


def taken_at(before: ObservedClient, now: ObservedClient, owner: OwnerScope, site: Site) -> ServerName | None:
    """The server from which a client has taken a newer policy than it reported before; None where that is not known."""
    former, newer = parse_or_none(before.serial), parse_or_none(now.serial)
    if former is None or newer is None or newer.at <= former.at or not newer.belongs_to(now.group_id):
        return None
    return shown_by(before, now, owner, site)


def was_there(client: ObservedClient, owner: OwnerScope, at: datetime) -> bool:
    """Whether a client was about at that moment: one that a restart takes back to its image shows nothing."""
    return client.last_seen is not None and not client.non_persistent and client.last_seen >= at - minimum([owner])


def refused_at(
    there: Mapping[ClientId, ServerName],
    now: Mapping[ClientId, ObservedClient],
    lacks: Iterable[ServerName],
    moved_at: datetime,
) -> tuple[ServerName, ...]:
    """Of servers that no client has shown: those whose clients were seen since without having taken the policy there.

    Or that several clients have not been heard at since: one alone may be switched off.
    """
    found = set()
    for server in lacks:
        clients = [now.get(client) for client, at in there.items() if at == server]
        seen = any(client and client.last_seen and client.last_seen > moved_at for client in clients)
        if seen or len(clients) >= _ENOUGH:
            found.add(server)
    return tuple(sorted(found))
