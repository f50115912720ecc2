"""What every server presents now, held against what the plan says."""

from temporalio import activity

from engine.contract import ActivityName, ServersRequest
from rotation.drift.presented import Presented, Serves, serves, third
from rotation.finding import Finding
from rotation.plan.plan import Plan
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint
from service.surveying import presented_when_planned
from service.world import World


class Servers:
    """Observed truth about certificates."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.OBSERVE_SERVERS)
    async def observe_servers(self, request: ServersRequest) -> Presented:
        """Probe every server of the plan: renewed, still on the old certificate, on a third one, or silent."""
        site = await self._world.site(request.site_id)
        return await presented(self._world, site, await self._world.store.plans.get(request.plan_id))


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
