"""A full reading of a site's clients (rule 2): one that a page read at the wrong moment cannot make short."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from activities.failures import as_activity_failures
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import ClientId
from sepm.port import Sepm
from sepm.rest.domains import as_named
from service.world import World
from store.site.roster import LatestReading


class StoredReading(NamedTuple):
    """Every client of a site, read and stored."""

    latest: LatestReading
    clock: datetime
    """SEPM's, of the last answer."""
    survey: SiteSurvey | None
    """The newest one that was complete."""


async def read_and_store(world: World, site: Site, asked_at: datetime) -> StoredReading:
    """Read every client from `asked_at` on, and keep it in the roster."""
    store = world.store
    known = await store.roster.present(site.id)
    newest = await store.surveys.latest_complete(site.id)
    survey = await store.surveys.get(newest) if newest else None
    await store.roster.begin_reading(site.id, asked_at)
    with as_activity_failures():
        async with await world.sepm(site) as client:
            clients = await every_client(client, known, survey)
            clock = client.clock_of_last_answer()
    return StoredReading(await store.roster.update(site.id, asked_at, None, clients), clock, survey)


async def every_client(
    client: Sepm, known: Collection[ClientId], survey: SiteSurvey | None = None
) -> tuple[ObservedClient, ...]:
    """Every client of the site; clients that the newest reading before showed, and this one does not, are looked for
    again.

    SEPM's count proves a reading (`sepm/rest/paging.py`), with one exception. When one client leaves and another comes
    between two pages, the count stays the same, and a client that is there can be on no page. So the site is read
    a second time: a client that this reading does not show either has gone.

    Args:
        client: reads.
        known: the clients that the newest reading before showed.
        survey: names the domains. Looks see a new domain; a client that was moved there still counts, as vanished.

    Raises:
        SepmError: as reading does; then there is no reading.
    """
    domains = surveyed_domains(survey) if survey is not None else ()
    read = {each.id: each async for each in client.clients(domains=domains)}
    if not read.keys() >= set(known):
        read |= {each.id: each async for each in client.clients(domains=domains)}
    return tuple(read.values())


def surveyed_domains(survey: SiteSurvey) -> tuple[str, ...]:
    """The domains of the groups of a survey, as requests name them; none where a group does not say which it is in."""
    found = {group.domain_id for group in survey.groups}
    return () if "" in found and len(found) > 1 else as_named(sorted(found))
