"""The watch over certificates: what every port of every site presents."""

from temporalio import activity

from engine.contract import ActivityName, WatchAnswer, WatchRequest
from rotation.watch.inventory import endpoints
from sepm.concurrency import each
from service.world import World

_AT_ONCE = 16
"""A dead port takes as long as the look may last, and other sites need not wait for it."""


class Watching:
    """Rounds of the watch."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.WATCH_CERTIFICATES)
    async def watch_certificates(self, request: WatchRequest) -> WatchAnswer:  # noqa: ARG002 - one argument, as all have
        """Look at the ports of each site that is not archived, and store what was seen of one before the next."""
        store = self._world.store
        addresses = await store.sites.rest_urls()
        ports = silent = changed = 0
        sites = [site for site in await store.sites.list() if site.archived_at is None]
        for site in sites:
            looks = await each(endpoints(site, addresses[site.id]), self._world.look.look, at_once=_AT_ONCE)
            changed += await store.inventory.record(site.id, looks)
            ports += len(looks)
            silent += sum(1 for look in looks if look.certificate is None)
        return WatchAnswer(sites=len(sites), ports=ports, silent=silent, changed=changed)
