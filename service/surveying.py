"""Reading a whole site into the store: groups, settings, served certificates, every client."""

from collections.abc import AsyncIterator

from engine.contract import SurveyAnswer
from rotation.plan.plan import Plan
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.values import Fingerprint, ServerName, SiteId
from sepm.port import Sepm
from sepm.tls.probe import measure_skew
from service.edited_lists import dates_of_lists
from service.world import World
from store.store import Store

_CHUNK = 500


async def presented_when_planned(store: Store, plan: Plan) -> dict[ServerName, Fingerprint]:
    """What each server that answered presented when the plan was made; in a way back, the plan that is turned back.

    In a restore also what servers that were silent then had presented last: a drill may have shut their ports.
    """
    return presented_before(plan, await store.surveys.get(plan.known_by_survey))


def presented_before(plan: Plan, planned: SiteSurvey) -> dict[ServerName, Fingerprint]:
    """As `presented_when_planned`, where the survey is at hand that the plan was made with."""
    return {**plan.last_presented, **planned.presented}


async def http_silent_since(world: World, site: Site, planned: SiteSurvey) -> frozenset[ServerName]:
    """The servers that answered on their HTTP port when the plan was made, and do not now."""
    answered = [each for each in site.servers if each.name not in planned.http_silent]
    return frozenset([each.name for each in answered if not (await world.probe.probe_http(each)).answers])


async def survey_site(world: World, site_id: SiteId) -> SurveyAnswer:
    """Read the whole site. A survey counts only when it is complete; a broken one is begun again.

    1. groups with the settings of each location
    2. whether each server answers over HTTP, and its clock; SEPM's clock, version and partners
    3. the certificate that each server presents
    4. every client

    Raises:
        UnknownSite: when no such site is registered.
        SepmError: when SEPM does not answer, or not as it should.
    """
    site = await world.site(site_id)
    survey_id = await world.store.surveys.begin(site.id, world.clock())
    async with await world.sepm(site) as client:
        survey = await _observe(world, site, client)
        await world.store.surveys.save(survey_id, survey)
        clients = 0
        async for chunk in _chunks(client.clients()):
            await world.store.surveys.add_clients(survey_id, chunk)
            clients += len(chunk)
    await world.store.surveys.finish(survey_id, clients)
    return SurveyAnswer(survey_id=survey_id, groups=len(survey.groups), clients=clients)


async def _observe(world: World, site: Site, client: Sepm) -> SiteSurvey:
    groups = tuple(await client.groups())
    answers = [await world.probe.probe_http(server) for server in site.servers]
    clock = await client.clock()
    export = await world.store.console.newest_export(site.id) if site.at_console is not None else None
    return SiteSurvey(
        taken_at=world.clock(),
        sepm_clock=clock,
        skew=measure_skew(answers),
        version=await client.version(),
        replication_partners=await client.replication_partners(),
        groups=groups,
        lists_edited=await dates_of_lists(client),
        clients_at=export.taken_at if export is not None else None,
        served=await world.served(site.servers),
        http_silent=frozenset(
            server.name for server, answer in zip(site.servers, answers, strict=True) if not answer.answers
        ),
    )


async def _chunks(clients: AsyncIterator[ObservedClient]) -> AsyncIterator[list[ObservedClient]]:
    chunk: list[ObservedClient] = []
    async for client in clients:
        chunk.append(client)
        if len(chunk) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
