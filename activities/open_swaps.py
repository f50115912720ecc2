"""The watch over open replacements: each minute their sites are held against the survey that their proof rests on.

It runs beside the workflows, and leaves no trace in their histories until something has changed (rule 19).
"""

import structlog

from activities.edited_lists import dates_of_lists
from activities.world import World
from rotation.drift.moved import Sighting, sighting_of
from rotation.plan.task import ConsoleTask, ReplaceCertificate, TaskState
from rotation.values import TaskId
from sepm.errors import SepmError

WATCH = "the watch"
"""Who says that a site has moved."""

_log = structlog.get_logger(__name__)


class OpenSwaps:
    """Reads the sites at which a person has claimed the replacement of a certificate."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[TaskId, Sighting] = {}

    async def moved(self) -> tuple[ConsoleTask, ...]:
        """The claimed tasks whose site has changed since their proof was read, or since the last look.

        A site that cannot be read says nothing here: the proof itself is read at its own times, and tells of outages.
        """
        claimed = {
            task.id: (task, task.work)
            for task in await self._world.store.tasks.list([TaskState.CLAIMED])
            if isinstance(task.work, ReplaceCertificate)
        }
        self._seen = {task: seen for task, seen in self._seen.items() if task in claimed}
        return tuple([task for task, work in claimed.values() if await self._has_moved(task, work)])

    async def _has_moved(self, task: ConsoleTask, work: ReplaceCertificate) -> bool:
        try:
            now, before = await self._look(task), await self._before(task)
        except SepmError as error:
            _log.info("the site cannot be watched", site=task.site_id, error=str(error))
            return False
        except Exception:  # noqa: BLE001 - one site's trouble must not end the watch over the others
            _log.exception("the site cannot be watched", site=task.site_id)
            return False
        self._seen[task.id] = now
        return any(now.differs_from(each, work.server) for each in before)

    async def _before(self, task: ConsoleTask) -> list[Sighting]:
        """What the last look has seen, and the survey that the proof rests on."""
        surveys = self._world.store.surveys
        newest = await surveys.latest_complete(task.site_id)
        known = [self._seen[task.id]] if task.id in self._seen else []
        return known + ([sighting_of(await surveys.get(newest))] if newest is not None else [])

    async def _look(self, task: ConsoleTask) -> Sighting:
        site = await self._world.site(task.site_id)
        async with await self._world.sepm(site) as client:
            dates, lists = await client.all_policy_dates(), await dates_of_lists(client)
        served = await self._world.served(site.servers)
        return Sighting(dates, lists, {seen.server: seen.fingerprint for seen in served})
