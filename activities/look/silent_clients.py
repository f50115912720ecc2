"""Which clients fell silent behind a replacement while a person is waited for, and no gate reads them (rule 22)."""

from temporalio import activity

from activities.failures import as_activity_failures
from activities.gate.full_reading import every_client
from activities.gate.reading_counts import NAMES
from activities.gate.returned_builds import counted_entries, silent_beside
from engine.contract import ActivityName, SilentAnswer, StepRequest
from service.scope import scope_of
from service.world import World


class SilentClients:
    """Clients beside a task or a question."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.READ_SILENT)
    async def read_silent(self, request: StepRequest) -> SilentAnswer:
        """Read every client of the site, keep what was seen, and name builds of a group that fell silent.

        A site without REST shows nothing: it answers with none.
        """
        world, store = self._world, self._world.store
        scope = await scope_of(world, request.ref)
        if scope.site.at_console is not None:
            return SilentAnswer()
        site_id = scope.site.id
        known = await store.roster.present(site_id)
        newest = await store.surveys.latest_complete(site_id)
        survey = await store.surveys.get(newest) if newest else None
        asked_at = world.clock()
        await store.roster.begin_reading(site_id, asked_at)
        with as_activity_failures():
            async with await world.sepm(scope.site) as client:
                clients = await every_client(client, known, survey)
                clock = client.clock_of_last_answer()
        latest = await store.roster.update(site_id, asked_at, None, clients)
        entries = await counted_entries(world, scope, await store.roster.entries(site_id, latest=latest))
        silent = await silent_beside(scope, entries, (), swapped=True, clock=clock)
        return SilentAnswer(count=len(silent), names=tuple(sorted(entry.name for entry in silent)[:NAMES]))
