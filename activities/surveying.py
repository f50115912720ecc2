"""Reading a whole site into the store."""

from collections.abc import AsyncIterator

from temporalio import activity

from activities.failures import told_apart
from engine.contract import ActivityName, SurveyAnswer, SurveyRequest
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from sepm.port import Sepm
from sepm.probe import measure_skew
from service.edited_lists import dates_of_lists
from service.world import World

_CHUNK = 500


class Surveying:
    """Surveys: groups, settings, served certificates, every client."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.SURVEY_SITE)
    async def survey_site(self, request: SurveyRequest) -> SurveyAnswer:
        """Read the whole site. A survey counts only when it is complete; a broken one is begun anew."""
        world = self._world
        site = await world.site(request.site_id)
        survey_id = await world.store.surveys.begin(site.id, world.clock())
        with told_apart():
            async with await world.sepm(site) as client:
                survey = await self._observe(site, client)
                await world.store.surveys.save(survey_id, survey)
                clients = 0
                async for chunk in _chunks(client.clients()):
                    await world.store.surveys.add_clients(survey_id, chunk)
                    clients += len(chunk)
        await world.store.surveys.finish(survey_id, clients)
        return SurveyAnswer(survey_id=survey_id, clients=clients, groups=len(survey.groups))

    async def _observe(self, site: Site, client: Sepm) -> SiteSurvey:
        world = self._world
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
