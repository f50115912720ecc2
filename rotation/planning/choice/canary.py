"""Canaries: the relaxed groups that go first, so that a path that does not work shows on few clients (rule 10).

A group goes as a whole: in which of its locations a client is, no SEPM API tells.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from rotation.finding import Finding, info, warning
from rotation.network import UNKNOWN
from rotation.plan.scope import OwnerScope, Treatment
from rotation.proof.gate import minimum
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ListName, Value


class ListEndpoints(Value):
    """What a canary stands for: the servers and ports of a list, as clients of a location reach them."""

    server_list: ListName
    location: str = ""
    verifies: bool = False
    """Whether it is about what these servers sign, too: only who verifies can show that when all is put back."""

    network: str = ""
    """A network of which nothing has shown that plain HTTP gets through (rule 24a); it stands for no location then."""

    def __str__(self) -> str:
        if self.network:
            return f"list {self.server_list!r} in network {self.network}"
        return f"list {self.server_list!r} at location {self.location!r}"


class Canaries(Value):
    """The choice, with its reasons."""

    groups: tuple[GroupId, ...] = ()
    with_followers: frozenset[GroupId] = frozenset()
    """They, and all that inherit from them."""
    networks: frozenset[tuple[str, ListName]] = frozenset()
    """The networks that they stand for, by list."""
    findings: tuple[Finding, ...] = ()


Unshown = dict[ClientId, frozenset[ListName]]
"""Clients of whose network nothing has shown that plain HTTP gets through, with the lists that they may come to use."""


def choose(
    scopes: Iterable[OwnerScope], clients: Sequence[ObservedClient], *, now: datetime, unshown: Unshown | None = None
) -> Canaries:
    """For each list, at each location and in each network in doubt, the smallest group that can show whether it works.

    1. a group can go first when something is written to it and one of its clients is there: seen within three
       heartbeats, and no non-persistent machine, which a restart takes back to its image
    2. places that the fewest groups could show choose first; a group chosen shows all its places. One whose clients
       never verify shows the way to the servers, and nothing of what they sign; nor does one whose list stays, since
       no second policy comes to its clients once they verify again (rule 13)
    3. the group with the most clients never goes first: a group must follow

    Args:
        scopes: every owner of the plan.
        clients: every client of the site.
        now: SEPM's clock at the survey.
        unshown: clients whose network is in doubt. Where no address is known, no client stands for another.
    """
    changed = [owner for owner in scopes if owner.treatment is Treatment.RELAX and _is_written(owner)]
    if not changed:
        return Canaries()
    by_group = _by_group(clients)
    sizes = {owner.group_id: sum(len(by_group.get(group, ())) for group in owner.groups) for owner in changed}
    populated = sorted((owner for owner in changed if sizes[owner.group_id]), key=_smallest(sizes))
    fit = [owner for owner in populated[:-1] if _is_there(owner, by_group, now)]
    if not fit:
        return Canaries(findings=(_no_canary(populated),))
    stands_for = {
        owner.group_id: _shown(owner) | _networks(owner, by_group, unshown or {}, now - minimum([owner]))
        for owner in fit
    }
    chosen = _cover(fit, stands_for)
    ids = {owner.group_id for owner in chosen}
    shown = {place for owner in chosen for place in stands_for[owner.group_id]}
    untried = {place for owner in populated if owner.group_id not in ids for place in _places(owner) - shown}
    ways = {str(place) for place in untried if not place.verifies}
    signatures = {str(place) for place in untried if place.verifies} - ways
    return Canaries(
        groups=tuple(owner.group_id for owner in chosen),
        with_followers=frozenset(group for owner in chosen for group in owner.groups),
        networks=frozenset((place.network, place.server_list) for place in shown if place.network),
        findings=(
            *(_first(owner, sizes[owner.group_id], stands_for[owner.group_id]) for owner in chosen),
            *(_untried(place) for place in sorted(ways)),
            *(_unsigned(place) for place in sorted(signatures)),
        ),
    )


def _is_written(owner: OwnerScope) -> bool:
    return any(pair.needs_list or pair.needs_unverified for pair in owner.pairs)


def _by_group(clients: Iterable[ObservedClient]) -> dict[GroupId, list[ObservedClient]]:
    found: dict[GroupId, list[ObservedClient]] = {}
    for client in clients:
        found.setdefault(client.group_id, []).append(client)
    return found


def _smallest(sizes: Mapping[GroupId, int]) -> Callable[[OwnerScope], tuple[int, str, str]]:
    return lambda owner: (sizes[owner.group_id], owner.path, owner.group_id)


def _is_there(owner: OwnerScope, by_group: Mapping[GroupId, Sequence[ObservedClient]], now: datetime) -> bool:
    return any(_there(owner, by_group, now - minimum([owner])))


def _there(
    owner: OwnerScope, by_group: Mapping[GroupId, Sequence[ObservedClient]], since: datetime
) -> Iterator[ObservedClient]:
    """Its clients that can show something."""
    for group in owner.groups:
        for client in by_group.get(group, ()):
            if client.last_seen is not None and client.last_seen >= since and not client.non_persistent:
                yield client


def _networks(
    owner: OwnerScope, by_group: Mapping[GroupId, Sequence[ObservedClient]], unshown: Unshown, since: datetime
) -> frozenset[ListEndpoints]:
    """The networks in doubt that its clients are in, by list."""
    return frozenset(
        ListEndpoints(server_list=name, network=client.network)
        for client in _there(owner, by_group, since)
        if client.network != UNKNOWN
        for name in unshown.get(client.id, ())
    )


def _places(owner: OwnerScope) -> frozenset[ListEndpoints]:
    return frozenset(
        ListEndpoints(server_list=pair.server_list, location=pair.location_name, verifies=verifies)
        for pair in owner.pairs
        for verifies in ((False, True) if pair.needs_unverified else (False,))
    )


def _shown(owner: OwnerScope) -> frozenset[ListEndpoints]:
    """The places of an owner that its clients can show to work."""
    second = {(pair.server_list, pair.location_name) for pair in owner.pairs if pair.needs_list}
    return frozenset(
        place for place in _places(owner) if not place.verifies or (place.server_list, place.location) in second
    )


def _cover(fit: Sequence[OwnerScope], stands_for: Mapping[GroupId, frozenset[ListEndpoints]]) -> tuple[OwnerScope, ...]:
    """Groups of `fit`, the smallest first, until each of their places is shown by one."""
    offers: dict[ListEndpoints, list[OwnerScope]] = {}
    for owner in fit:
        for place in stands_for[owner.group_id]:
            offers.setdefault(place, []).append(owner)
    chosen: dict[GroupId, OwnerScope] = {}
    for place in sorted(offers, key=lambda place: (len(offers[place]), str(place), place.verifies)):
        if not any(owner.group_id in chosen for owner in offers[place]):
            chosen[offers[place][0].group_id] = offers[place][0]
    return tuple(owner for owner in fit if owner.group_id in chosen)


def _first(owner: OwnerScope, count: int, stands_for: frozenset[ListEndpoints]) -> Finding:
    places = "; ".join(sorted({str(place) for place in _places(owner) | stands_for}))
    return info(
        "canary", owner.path, f"the group goes first in each wave, with its {count} clients, as a canary for {places}"
    )


def _untried(place: str) -> Finding:
    return warning(
        "canary-missing",
        place,
        "no group that could go first uses this; all its clients are relaxed at once",
        "move a few clients that are switched on into a group of their own there, then survey again",
    )


def _unsigned(place: str) -> Finding:
    return warning(
        "canary-unverified",
        place,
        "no group that could go first verifies there; all its clients verify at once what servers sign with the "
        "new certificate",
        "move a few clients that verify into a group of their own there, then survey again; or check before A10c "
        "that the .SIG files of each group are newer than the certificates",
    )


def _no_canary(populated: Sequence[OwnerScope]) -> Finding:
    if len(populated) <= 1:
        where = populated[0].path if populated else "the relaxed groups"
        return info("canary-none", where, "there is no second group of clients to relax, so no group can go first")
    return warning(
        "canary-none",
        ", ".join(owner.path for owner in populated[:-1]),
        "no persistent client of these groups was seen within three heartbeats, so no group can go first",
        "survey again while clients are switched on",
    )
