"""What every server presents now, held against what the plan says."""

from temporalio import activity

from activities.world import World
from engine.contract import ActivityName, ServersRequest
from rotation.plan import Plan
from rotation.served import Presented, Serves, serves
from rotation.site import Site


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
    survey = await world.store.surveys.get(plan.survey_id)
    before = {each.server: each.fingerprint for each in survey.served}
    served = await world.served(site.servers)
    found = [(seen.server, serves(plan.body, seen, before=before.get(seen.server))) for seen in served]
    return Presented(
        renewed=tuple(server for server, now in found if now is Serves.PLANNED),
        unknown=tuple(server for server, now in found if now is Serves.UNKNOWN),
        silent=tuple(server for server, now in found if now is Serves.NOTHING),
    )
