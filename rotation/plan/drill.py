"""The drill of rule 8: a list with another server first for a while, so that its clients show that they get on there.

A client stays with its last server for up to 24 hours (K158744, K177570): so long it may take until it moves.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from rotation.finding import Finding, blocking
from rotation.plan.work.task import ReorderList
from rotation.site import ServerList
from rotation.survey import ObservedGroup
from rotation.values import ClientId, GroupId, ListName, ServerName, Value

_DEFAULT = "Default Management Server List"
"""How the names of the lists begin that SEPM makes by itself: these cannot be edited."""


class Drilled(Value):
    """A group with clients that were never seen at a second server, and that is to be drilled."""

    group: ObservedGroup
    unproven: tuple[ClientId, ...]


class Drill(Value):
    """What a drill does: in each round some lists have another server first; then they are put back in order."""

    groups: tuple[GroupId, ...] = ()
    rounds: tuple[tuple[ReorderList, ...], ...] = ()
    undo: tuple[ReorderList, ...] = ()


def can_be_reordered(known: ServerList) -> bool:
    """Whether a person can edit it: SEPM's own default list can only be copied (K151377)."""
    return not known.name.startswith(_DEFAULT)


def plan_drill(
    drilled: Sequence[Drilled],
    lists: Mapping[ListName, ServerList],
    usable: Mapping[ListName, frozenset[ServerName]],
    seen_at: Mapping[ClientId, frozenset[ServerName]],
) -> Drill:
    """The drill of some groups.

    1. for each of their lists, the usable server that the fewest unproven clients know already comes first
    2. where some know only that one, or none, another round puts the next server first
    3. no round puts a server first that comes first anyway

    Args:
        drilled: the groups.
        lists: every list by its name.
        usable: by list, the servers of this site in it that answer.
        seen_at: the servers at which each client was ever seen.
    """
    rounds: list[list[ReorderList]] = [[], []]
    used = sorted({location.settings.server_list for each in drilled for location in each.group.locations})
    for name in used:
        known = [seen_at.get(client, frozenset()) & usable[name] for client in _clients(drilled, name)]
        for number, first in enumerate(_firsts(lists[name], usable[name], known)):
            rounds[number].append(ReorderList(list=name, order=_with_first(lists[name], first)))
    reordered = {work.list for works in rounds for work in works}
    return Drill(
        groups=tuple(each.group.id for each in drilled),
        rounds=tuple(tuple(works) for works in rounds if works),
        undo=tuple(ReorderList(list=name, order=order_of(lists[name]), restores=True) for name in sorted(reordered)),
    )


def order_of(known: ServerList) -> tuple[tuple[ServerName, ...], ...]:
    """The servers of a list by priority; one with several addresses is named once."""
    return tuple(tuple(dict.fromkeys(entry.server for entry in pool)) for pool in known.priorities if pool)


def contradicted(work: ReorderList, attested: Mapping[str, str]) -> Finding | None:
    """What speaks against a reordering that an operator reports as done: `order` must be what was asked for.

    It is read from an exported Sylink.xml: priorities apart by semicolons, servers of one priority by commas.
    """
    stated = attested.get("order", "")
    order = tuple(frozenset(name.strip() for name in pool.split(",")) for pool in stated.split(";")) if stated else ()
    if order == tuple(frozenset(pool) for pool in work.order):
        return None
    return blocking(
        "order-not-shown",
        work.list,
        f"the stated order is {stated or 'none'}; expected is {work.text}",
        "give the servers these priorities in the console, export the Sylink.xml of a group that uses the list once "
        f"more, and report done with that file, which shows this order: {work.text}",
    )


def _clients(drilled: Iterable[Drilled], name: ListName) -> Iterator[ClientId]:
    for each in drilled:
        if any(location.settings.server_list == name for location in each.group.locations):
            yield from each.unproven


def _firsts(
    known: ServerList, usable: frozenset[ServerName], seen: Sequence[frozenset[ServerName]]
) -> Iterator[ServerName]:
    """Which servers come first, one after the other; never the one that does so anyway."""
    order = order_of(known)
    candidates = [s for pool in order for s in pool if s in usable and _with_first(known, s) != order]
    if not candidates:
        return
    first = min(candidates, key=lambda server: sum(at == {server} for at in seen))
    yield first
    if any(at <= {first} for at in seen):
        yield from [server for server in candidates if server != first][:1]


def _with_first(known: ServerList, first: ServerName) -> tuple[tuple[ServerName, ...], ...]:
    rest = (tuple(server for server in pool if server != first) for pool in order_of(known))
    return ((first,), *(pool for pool in rest if pool))


def put_first(works: Collection[ReorderList], names: Collection[ListName]) -> frozenset[ServerName]:
    """The servers that stand first in those lists while `works` are in force."""
    return frozenset(server for work in works if work.list in names for server in work.order[0])
