"""The site as the REST API of another of its servers shows it (rule 19)."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import structlog

from rotation.drift.site_glance import SiteGlance
from rotation.plan.plan import CertificateFor, Plan
from rotation.site import Server, Site
from rotation.trust.fingerprints import owner
from rotation.values import ServerName
from sepm.errors import SepmError
from service.edited_lists import dates_of_lists
from service.world import World

_WITHIN = timedelta(seconds=20)
"""So long it may take in all: it is looked each minute while a claim is open."""

_log = structlog.get_logger(__name__)


class SecondView(NamedTuple):
    """What another server shows: policies and server lists."""

    server: ServerName
    shows: SiteGlance


async def second_view(world: World, site: Site, plan: Plan) -> SecondView | None:
    """What the first other server shows that answers; None: no other one does, or which one is asked is not known.

    It is trusted with the certificates that the approved plan has for it: the one before, and the one after.
    """
    if site.at_console is not None:
        return None
    asked = owner(site, (await world.store.sites.connection(site.id)).rest_url)
    others = [each for each in site.servers if asked and each.name != asked and each.rest_port is not None]
    try:
        async with asyncio.timeout(_WITHIN.total_seconds()):
            for server in others:
                chosen = plan.body.certificate_for(server.name)
                shown = await _shown(world, site, server, chosen) if chosen is not None else None
                if shown is not None:
                    return SecondView(server.name, shown)
    except TimeoutError:
        _log.info("no second view in time", site=site.id)
    return None


async def _shown(world: World, site: Site, server: Server, chosen: CertificateFor) -> SiteGlance | None:
    """What one server shows; None: it cannot be asked."""
    try:
        async with await world.sepm_at(site, server, frozenset({chosen.replaces, chosen.fingerprint})) as client:
            groups, lists = await client.glances(), await dates_of_lists(client)
    except SepmError as error:
        _log.info("no second view", site=site.id, server=server.name, error=str(error))
        return None
    return SiteGlance({}, {group: seen.policy_date for group, seen in groups.items()}, lists)
