"""What every server presents now, held against what the plan says."""

from collections.abc import Iterable

from temporalio import activity

from activities.failures import as_activity_failures
from engine.contract import ActivityName, ServersRequest
from rotation.drift.lists import named_over_https
from rotation.drift.presented import Presented, Serves, serves, third
from rotation.finding import MOST, Finding
from rotation.plan.plan import Plan
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ListName, ServerName
from service.plans.restored_lists import edited_before, lists_still_to_assign
from service.scope import scope_of
from service.surveying import presented_when_planned
from service.world import World


class Servers:
    """Observed truth about certificates."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.OBSERVE_SERVERS)
    async def observe_servers(self, request: ServersRequest) -> Presented:
        """Probe every server of the plan: renewed, still on the old certificate, on a third one, or silent.

        Where a write comes next, look at the lists that it assigns again (rule 18), and which servers they name.
        """
        site = await self._world.site(request.site_id)
        seen = await presented(self._world, site, await self._world.store.plans.get(request.plan_id))
        if request.write is None:
            return seen
        scope = await scope_of(self._world, request.write)
        with as_activity_failures():
            async with await self._world.sepm(site) as client:
                lists = await lists_still_to_assign(scope, client)
                edited = await edited_before(scope, client, lists, confirmed_lists=request.lists_shown)
        named = silent_and_named(site, seen, lists)
        return seen.model_copy(update={"edited": edited[:MOST], "named": named})


def silent_and_named(site: Site, seen: Presented, lists: Iterable[ListName]) -> tuple[ServerName, ...]:
    """The silent servers to which lists send clients over HTTPS."""
    named = named_over_https(site, lists)
    return tuple(each for each in seen.silent if each in named)


async def presented(world: World, site: Site, plan: Plan) -> Presented:
    """Which servers present the certificate that the plan gives them, which another than before, which nothing."""
    before = await presented_when_planned(world.store, plan)
    served = await world.served(site.servers)
    found = [(seen, serves(plan.body, seen, before=before.get(seen.server))) for seen in served]
    return Presented(
        renewed=tuple(seen.server for seen, now in found if now is Serves.PLANNED),
        unknown=tuple(seen.server for seen, now in found if now is Serves.UNKNOWN),
        silent=tuple(seen.server for seen, now in found if now is Serves.NOTHING),
        former=tuple(seen.server for seen, now in found if now is Serves.FORMER and _is_planned(plan, seen)),
        third=tuple(_alarm(site, plan, seen, before.get(seen.server)) for seen, now in found if now is Serves.UNKNOWN),
    )


def _is_planned(plan: Plan, seen: ServedCertificate) -> bool:
    return plan.body.certificate_for(seen.server) is not None


def _alarm(site: Site, plan: Plan, seen: ServedCertificate, before: Fingerprint | None) -> Finding:
    chosen, server = plan.body.certificate_for(seen.server), site.server(seen.server)
    known = (chosen.replaces, chosen.fingerprint) if chosen else (before,)
    return third(seen, server.client_port if server else "", [each for each in known if each])
