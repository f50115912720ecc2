"""The watch over open tasks: each minute their sites are held against the survey that their proof rests on.

The watch runs beside the workflows, and leaves no trace in their histories until something has changed. While a person
has claimed the replacement of a certificate, it reads what any change moves (rule 19). While work is open of which
nothing can be seen, the workflow does not look at the site, so the watch looks at the client ports (rule 27).
"""

from dataclasses import replace

import structlog

from rotation.drift.site_glance import SiteGlance, settings_of, sighting_of
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, TaskState, is_watched
from rotation.site import Site
from rotation.values import Fingerprint, ServerName, TaskId
from sepm.errors import SepmError
from service.edited_lists import dates_of_lists
from service.second_view import second_view
from service.settings_look import dates_show_settings
from service.world import World

WATCH = "the watch"
"""Who says that a site has moved."""
_UNSEEN = 2
"""After so many looks in a row that SEPM has not answered, a person is to begin nothing: one may be an accident."""
_FEW_GROUPS = 100
"""At most so many have their settings read each minute while an operator may begin: up to three requests each."""

_log = structlog.get_logger(__name__)


class OpenSwaps:
    """Reads the sites at which a person has claimed the replacement of a certificate, or has other work to do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[TaskId, SiteGlance] = {}
        """What the last look has seen that found nothing new, or that was reported."""
        self._unreported: dict[TaskId, list[SiteGlance]] = {}
        """What the last look has seen of which no rotation has taken a message."""
        self._reported: dict[TaskId, list[SiteGlance]] = {}
        """What was reported last."""
        self._unread: dict[TaskId, int] = {}
        """How many looks in a row SEPM has not answered while a person may replace the certificate."""

    async def moved(self) -> tuple[ConsoleTask, ...]:
        """The tasks whose site has changed since their proof was read, or since the last look; until that was reported.

        So is a claimed replacement at whose site SEPM does not answer two looks in a row: nothing is seen there.
        """
        open_now = await self._world.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED])
        watched = {task.id: task for task in open_now if is_watched(task.work, claimed=task.state is TaskState.CLAIMED)}
        self._seen = {task: seen for task, seen in self._seen.items() if task in watched}
        self._unread = {task: looks for task, looks in self._unread.items() if task in watched}
        self._unreported = {}
        self._reported = {task: reported for task, reported in self._reported.items() if task in watched}
        return tuple([task for task in watched.values() if await self._has_moved(task)])

    @property
    def looks_again(self) -> bool:
        """Whether the next look decides about a site that SEPM has not shown."""
        return _UNSEEN - 1 in self._unread.values()

    def why(self, task: ConsoleTask) -> str:
        """Why the site cannot be seen; empty: it has changed."""
        return "SEPM does not answer" if self._unread.get(task.id) == _UNSEEN else ""

    def reported(self, task: ConsoleTask) -> None:
        """The rotation has taken the message about what the last look has seen."""
        if self.why(task):
            self._unread[task.id] += 1
        if (seen := self._unreported.pop(task.id, None)) is not None:
            self._reported[task.id], self._seen[task.id] = seen, seen[0]

    async def _has_moved(self, task: ConsoleTask) -> bool:
        try:
            now, before = await _look(self._world, task, most=_FEW_GROUPS), await self._before(task)
        except SepmError as error:
            _log.info("the site cannot be watched", site=task.site_id, error=str(error))
            return await self._is_unseen(task)
        except Exception:  # noqa: BLE001 - one site's trouble must not end the watch over the others
            _log.exception("the site cannot be watched", site=task.site_id)
            return False
        self._unread.pop(task.id, None)
        if any(look.differs_from(each, _due(task)) for look in now for each in before) and not self._was_reported(
            task, now
        ):
            self._unreported[task.id] = now
            return True
        self._seen[task.id] = now[0]
        return False

    async def _is_unseen(self, task: ConsoleTask) -> bool:
        """Whether SEPM is silent while a person may replace the certificate; while that restarts, it says nothing."""
        due = _due(task)
        if due is None:
            return False
        served = await _served(self._world, await self._world.site(task.site_id))
        before = [look.served.get(due) for look in await self._before(task)]
        if not before or before[-1] is None or served.get(due) != before[-1]:
            self._unread.pop(task.id, None)
            return False
        if (looks := self._unread.get(task.id, 0)) < _UNSEEN:  # then it stays, until the rotation has taken the message
            self._unread[task.id] = looks = looks + 1
        return looks == _UNSEEN

    def _was_reported(self, task: ConsoleTask, now: list[SiteGlance]) -> bool:
        """Whether this is what was reported last: the rotation reads it when it goes on, without a second message."""
        reported = self._reported.get(task.id, [])
        if len(reported) != len(now) or any(
            look.differs_from(each, _due(task)) for look, each in zip(now, reported, strict=True)
        ):
            return False
        self._reported[task.id] = now
        return True

    async def _before(self, task: ConsoleTask) -> list[SiteGlance]:
        """What the last look has seen, and the survey that the proof rests on; where none does, either of them."""
        known = [self._seen[task.id]] if task.id in self._seen else []
        if known and not isinstance(task.work, ReplaceCertificate):
            return known
        newest = await self._world.store.surveys.latest_complete(task.site_id)
        return known + ([sighting_of(await self._world.store.surveys.get(newest))] if newest is not None else [])


async def has_moved(world: World, task: ConsoleTask, survey_id: str) -> bool:
    """Whether a site has changed since the survey that the proof of a claimed replacement rests on.

    Raises:
        SepmError: when SEPM could not be asked.
    """
    proven = sighting_of(await world.store.surveys.get(survey_id))
    return any(look.differs_from(proven, _due(task)) for look in await _look(world, task, most=None))


def _due(task: ConsoleTask) -> ServerName | None:
    return task.work.server if isinstance(task.work, ReplaceCertificate) else None


async def _served(world: World, site: Site) -> dict[ServerName, Fingerprint | None]:
    return {seen.server: seen.fingerprint for seen in await world.served(site.servers)}


async def _look(world: World, task: ConsoleTask, *, most: int | None) -> list[SiteGlance]:
    """What the site shows; of a replacement also what another of its servers shows of it, where one answers.

    `most`: of how many groups at most settings are read, where policy dates have not shown that they tell of them.
    """
    site = await world.site(task.site_id)
    served = await _served(world, site)
    if not isinstance(task.work, ReplaceCertificate):
        return [SiteGlance(served)]
    plan = await world.store.plans.get((await world.store.rotations.get(task.rotation_id)).plan_id)
    async with await world.sepm(site) as client:
        groups, lists = await client.glances(), await dates_of_lists(client)
        policies = {group: seen.policy_date for group, seen in groups.items()}
        clients = {group: seen.computers for group, seen in groups.items() if seen.computers is not None}
        seen = SiteGlance(served, policies, lists, await client.version(), clients)
        may_begin = task.begin_until is not None and world.clock() < task.begin_until
        if (most is None or (may_begin and len(groups) <= most)) and not await dates_show_settings(
            world.store, task.rotation_id, plan.body.publish_delay
        ):
            seen = replace(seen, settings=settings_of(await client.groups()))
    second = await second_view(world, site, plan)
    return [seen] if second is None else [seen, second.shows]
