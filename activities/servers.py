"""What every server presents now, held against what the plan says."""

from temporalio import activity

from activities.world import World
from engine.contract import ActivityName, ServersAnswer, ServersRequest


class Servers:
    """Observed truth about certificates."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.OBSERVE_SERVERS)
    async def observe_servers(self, request: ServersRequest) -> ServersAnswer:
        """Probe every server of the plan: renewed, still on the old certificate, on a third one, or silent."""
        site = await self._world.site(request.site_id)
        plan = await self._world.store.plans.get(request.plan_id)
        renewed, unknown, silent = [], [], []
        for served in await self._world.served(site.servers):
            chosen = plan.body.certificate_for(served.server)
            if served.fingerprint is None:
                silent.append(served.server)
            elif chosen is not None and served.fingerprint == chosen.fingerprint:
                renewed.append(served.server)
            elif chosen is not None and served.fingerprint != chosen.replaces:
                unknown.append(served.server)
        return ServersAnswer(renewed=tuple(renewed), unknown=tuple(unknown), silent=tuple(silent))
