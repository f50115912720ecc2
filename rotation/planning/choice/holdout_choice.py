"""Which servers are held out, and which owners no holdout can serve (rule 6)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rotation.finding import Finding, info
from rotation.plan.request import PlanRequest
from rotation.plan.scope import Treatment
from rotation.planning.choice.holdout import holdouts
from rotation.planning.treatment import OwnerView
from rotation.site import Site
from rotation.values import GroupId, ListName, ServerName


def choose_holdouts(
    site: Site,
    views: Sequence[OwnerView],
    treated: dict[GroupId, tuple[Treatment, tuple[Finding, ...]]],
    request: PlanRequest,
    replaced: frozenset[ServerName],
) -> frozenset[ServerName]:
    """The holdouts; owners that none can serve are moved into R, the ones with the fewest clients first.

    Servers that lists name last come first, and where no person wants certain holdouts, each list keeps one of the
    servers that clients go to out of them: clients use it, and show what is signed there (rule 24b). Of an amendment
    only servers that still have the old certificate; a list that has none of those needs none.
    """
    failover = [view for view in views if treated[view.group.id][0] is Treatment.FAILOVER]
    places = _places(failover)
    ranked = [
        *request.holdout,
        *sorted((server.name for server in reversed(site.servers)), key=lambda name: places[name], reverse=True),
    ]
    candidates = tuple(name for name in dict.fromkeys(ranked) if name not in replaced)
    failover.sort(key=lambda view: len(view.clients), reverse=True)
    while True:
        offers = [offer for view in failover for offer in _offers(view) if offer - replaced]
        used = [] if request.holdout else [first for view in failover for first in _first_choices(view)]
        held = holdouts(offers, candidates, used)
        if held is not None:
            return held
        moved = failover.pop()
        reason = info(
            "relax-no-holdout",
            moved.group.path,
            "no choice of holdout servers leaves this list one old and one new server",
        )
        treated[moved.group.id] = (Treatment.RELAX, (reason,))


def _places(views: Sequence[OwnerView]) -> Counter[ServerName]:
    """How far behind servers stand in the lists of `views`, each list counted once."""
    lists = {known.name: known for view in views for known in view.lists.values() if _uses(view, known.name)}
    behind: Counter[ServerName] = Counter()
    for known in lists.values():
        for place, pool in enumerate(known.priorities):
            behind.update({entry.server: place for entry in pool})
    return behind


def _uses(view: OwnerView, name: ListName) -> bool:
    return any(location.settings.server_list == name for location in view.group.locations)


def _offers(view: OwnerView) -> tuple[frozenset[ServerName], ...]:
    return tuple(view.lists[location.settings.server_list].servers & _usable(view) for location in view.group.locations)


def _first_choices(view: OwnerView) -> Iterator[frozenset[ServerName]]:
    """Of each list of the owner, the servers that its clients go to: those of its first priority that are usable."""
    for location in view.group.locations:
        pools = view.lists[location.settings.server_list].priorities
        usable = (frozenset(entry.server for entry in pool) & _usable(view) for pool in pools)
        if first := next(filter(None, usable), None):
            yield first


def _usable(view: OwnerView) -> frozenset[ServerName]:
    return frozenset(server.name for server in view.site.servers) - view.unreachable
