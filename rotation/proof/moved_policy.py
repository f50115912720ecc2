"""What replaced servers sign for clients that fail over: shown by one that takes a moved policy there (rule 24b)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Gate, ScopeName
from rotation.plan.work.task import ReplaceCertificate
from rotation.proof.gate import minimum
from rotation.serial import parse_or_none
from rotation.site import Site
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ListName, ServerName, Value

_ENOUGH = 3
"""So many clients at a replaced server make a group fit: one alone may be switched off."""
_LATE = timedelta(days=14)
_KEPT = 10
"""So many clients of each server are asked to show it."""


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
        used: servers at which clients that verify were seen of late, since their certificate was replaced.
    """
    return frozenset(
        server
        for servers in lists
        for server in servers.difference(shown)
        if server in used or servers.isdisjoint(shown)
    )


def still_shown(
    signing: Mapping[ServerName, datetime], swapped: Mapping[ServerName, datetime]
) -> dict[ServerName, datetime]:
    """What was shown of servers whose certificate was not put in once more since."""
    return {server: at for server, at in signing.items() if server in swapped and swapped[server] < at}


def is_of_late(client: ObservedClient, now: datetime) -> bool:
    """Whether servers must be shown for a client: it was seen within 14 days."""
    return client.last_seen is not None and client.last_seen > now - _LATE


def used_of_late(
    clients: Iterable[ObservedClient], swapped: Mapping[ServerName, datetime], *, now: datetime
) -> frozenset[ServerName]:
    """The servers at which clients were last seen, within 14 days and since the certificate there was replaced."""
    used: set[ServerName] = set()
    for client in clients:
        if client.last_server is None or client.last_seen is None or not is_of_late(client, now):
            continue
        since = swapped.get(client.last_server)
        if since is not None and client.last_seen > since:
            used.add(client.last_server)
    return frozenset(used)


def to_move(
    body: PlanBody,
    servers: Iterable[ServerName],
    clients: Iterable[ObservedClient],
    swapped: Mapping[ServerName, datetime],
    *,
    now: datetime,
) -> tuple[OwnerScope, ...]:
    """The owners whose policy is to be moved: for each server one with clients there, the smallest of those.

    Args:
        body: the plan.
        servers: those that must be shown. One without clients that verify gets no owner.
        clients: those that are listed now.
        swapped: when the new certificate of each server was first seen.
        now: SEPM's clock.
    """
    owner_of = {group: owner for owner in body.scopes if verifying(owner) for group in owner.groups}
    sizes: Counter[GroupId] = Counter()
    there: dict[ServerName, Counter[GroupId]] = {server: Counter() for server in servers}
    for client in clients:
        owner = owner_of.get(client.group_id)
        if owner is not None:
            sizes[owner.group_id] += 1
            if client.last_server in there and is_there(client, owner, swapped, now=now):
                there[client.last_server][owner.group_id] += 1
    chosen: dict[GroupId, OwnerScope] = {}
    for _, found in sorted(there.items()):
        if found and chosen.keys().isdisjoint(found):
            best = min(found, key=lambda each: (-min(found[each], _ENOUGH), sizes[each], each))
            chosen[best] = next(owner for owner in body.scopes if owner.group_id == best)
    return tuple(chosen.values())


class ClientBeforeMove(Value):
    """A client as it was just before the policy of its group was moved: it is to take that where it is."""

    client: ClientId
    owner: GroupId
    server: ServerName
    serial: str | None
    seen: datetime
    stays_until: datetime | None = None
    """Until then the client does not leave that server by itself. None: it is not known when the client came."""
    by_hand: bool = False
    """Whether a person was to move the policy, some time later: what it does meanwhile speaks against no server."""


def asked_of(
    owners: Iterable[OwnerScope],
    servers: Collection[ServerName],
    clients: Iterable[ObservedClient],
    swapped: Mapping[ServerName, datetime],
    *,
    visits: Mapping[ClientId, Mapping[ServerName, datetime]],
    stays: timedelta,
    now: datetime,
) -> tuple[ClientBeforeMove, ...]:
    """Some clients of those owners at each of those servers, that have been there since its certificate was replaced.

    Args:
        owners: whose policy is moved.
        servers: those that must be shown.
        clients: those that are listed now.
        swapped: when the new certificate of each server was first seen.
        visits: when each client was last seen at each server.
        stays: how long a client stays with its server.
        now: SEPM's clock.
    """
    owner_of = {group: owner for owner in owners for group in owner.groups}
    found: dict[ServerName, list[ClientBeforeMove]] = {}
    for client in sorted(clients, key=lambda each: each.id):
        owner, server = owner_of.get(client.group_id), client.last_server
        if owner is None or server is None or server not in servers or not is_there(client, owner, swapped, now=now):
            continue
        kept = found.setdefault(server, [])
        elsewhere = [at for other, at in visits.get(client.id, {}).items() if other != server]
        if len(kept) < _KEPT and client.last_seen is not None:
            kept.append(
                ClientBeforeMove(
                    client=client.id,
                    owner=owner.group_id,
                    server=server,
                    serial=client.serial,
                    seen=client.last_seen,
                    stays_until=max(elsewhere) + stays if elsewhere else None,
                )
            )
    return tuple(each for server in sorted(found) for each in found[server])


def has_taken(asked: ClientBeforeMove, now: ObservedClient, *, only_there: bool, stays: timedelta) -> bool:
    """Whether a client has taken a newer policy than it had at the server at which it was, and is there still.

    Args:
        asked: the client before.
        now: the client as it is.
        only_there: whether its lists offer it no other server.
        stays: how long a client stays with its server: within that it has not been elsewhere meanwhile.
    """
    newer = parse_or_none(now.serial)
    if newer is None or not _is_newer(asked, now) or not newer.belongs_to(now.group_id):
        return False
    stayed = only_there or (now.last_seen is not None and now.last_seen - asked.seen < stays)
    return stayed and now.last_server == asked.server and not now.non_persistent


def says_nothing(asked: ClientBeforeMove, now: ObservedClient, *, only_there: bool, stays: timedelta) -> bool:
    """Whether a client may have left its server by itself, and taken the policy at another one.

    Its stay was over; or it was read too late, after an outage of the service, for example. Others that are at the
    server then are asked.
    """
    if only_there or now.last_seen is None:
        return False
    if now.last_server != asked.server:
        return asked.stays_until is None or now.last_seen >= asked.stays_until
    return now.last_seen - asked.seen >= stays and _is_newer(asked, now)


def _is_newer(asked: ClientBeforeMove, now: ObservedClient) -> bool:
    """Whether a client reports a later policy than when it was asked."""
    former, newer = parse_or_none(asked.serial), parse_or_none(now.serial)
    return former is not None and newer is not None and newer.at > former.at


def offers_one(owner: OwnerScope, site: Site) -> bool:
    """Whether all lists of an owner offer one and the same server only."""
    lists = {pair.server_list for pair in owner.pairs}
    return len({server for known in site.lists if known.name in lists for server in known.servers}) == 1


def refused_at(
    asked: Iterable[ClientBeforeMove],
    now: Mapping[ClientId, ObservedClient],
    settled: Mapping[GroupId, datetime],
    *,
    awake: bool,
) -> frozenset[ServerName]:
    """The servers that look wrong, since clients have not taken the policy there.

    One that was heard after the policy had come to every server; or several that all fell silent while others go on:
    one alone may be switched off.

    Args:
        asked: those that have shown nothing.
        now: the clients as they are.
        settled: by owner, when its policy had come to every server.
        awake: whether other clients are heard.
    """
    heard: dict[ServerName, list[bool]] = {}
    for each in asked:
        at, client = settled.get(each.owner), now.get(each.client)
        if at is not None and not each.by_hand:
            seen = client is not None and client.last_seen is not None and client.last_seen > at
            heard.setdefault(each.server, []).append(seen)
    return frozenset(server for server, seen in heard.items() if any(seen) or (awake and len(seen) >= _ENOUGH))


def is_there(
    client: ObservedClient, owner: OwnerScope, swapped: Mapping[ServerName, datetime], *, now: datetime
) -> bool:
    """Whether a client is about, and was seen at its server since the certificate of that was replaced.

    One that a restart takes back to its image shows nothing.
    """
    if client.last_seen is None or client.last_server is None or client.non_persistent:
        return False
    since = swapped.get(client.last_server)
    return since is not None and client.last_seen > since and client.last_seen >= now - minimum([owner])
