"""Which servers are held out, and which owners no holdout can serve (rule 6)."""

from collections.abc import Sequence

from rotation.finding import Finding, info
from rotation.plan.request import PlanRequest
from rotation.plan.scope import Treatment
from rotation.planning.holdout import holdouts
from rotation.planning.treatment import OwnerView
from rotation.site import Site
from rotation.values import GroupId, ServerName


def choose_holdouts(
    site: Site,
    views: Sequence[OwnerView],
    treated: dict[GroupId, tuple[Treatment, tuple[Finding, ...]]],
    request: PlanRequest,
    replaced: frozenset[ServerName],
) -> frozenset[ServerName]:
    """The holdouts; owners that none can serve are moved into R, the ones with the fewest clients first.

    Of an amendment only servers that still have the old certificate; a list that has none of those needs none.
    """
    ranked = [*request.holdout, *(server.name for server in reversed(site.servers))]
    candidates = tuple(name for name in dict.fromkeys(ranked) if name not in replaced)
    failover = [view for view in views if treated[view.group.id][0] is Treatment.FAILOVER]
    failover.sort(key=lambda view: len(view.clients), reverse=True)
    while True:
        held = holdouts([offer for view in failover for offer in _offers(view) if offer - replaced], candidates)
        if held is not None:
            return held
        moved = failover.pop()
        reason = info(
            "relax-no-holdout", moved.group.path, "no set of holdout servers leaves its list one old and one new server"
        )
        treated[moved.group.id] = (Treatment.RELAX, (reason,))


def _offers(view: OwnerView) -> tuple[frozenset[ServerName], ...]:
    own = frozenset(server.name for server in view.site.servers) - view.unreachable
    return tuple(view.lists[location.settings.server_list].servers & own for location in view.group.locations)
