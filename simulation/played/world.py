"""The activities' world in a simulation."""

from dataclasses import dataclass

from rotation.site import Site
from rotation.values import SiteId
from sepm.port import Sepm
from sepm.rest.client import SepmClient
from service.world import World


@dataclass(frozen=True, kw_only=True)
class SimulatedWorld(World):
    """One site, which is never registered again: it and its client are not read from the store for each activity."""

    registered: Site
    client: SepmClient

    async def sepm(self, site: Site) -> Sepm:
        """The client that all activities share; of a site without REST, what its people have stated."""
        return self.client if site.at_console is None else await super().sepm(site)

    async def site(self, site_id: SiteId) -> Site:  # noqa: ARG002 - there is one site
        """The site."""
        return self.registered
