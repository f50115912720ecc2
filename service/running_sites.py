"""The watch over client ports of running rotations: each minute, whatever a rotation waits for (rules 12b and 27).

In a wait of weeks the looks of a rotation are days apart. Another certificate in a server cuts off every client that
verifies, at once, and a closed HTTP port every client that is relaxed.
"""

from typing import NamedTuple

import structlog

from rotation.drift.presented import other_certificates
from rotation.drift.upgraded import shut, uses_http
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, TaskState
from rotation.values import RotationId
from service.surveying import http_silent_since, presented_before
from service.world import World
from store.progress import Rotation

_LONGEST = 2000
_log = structlog.get_logger(__name__)


class MovedSite(NamedTuple):
    """A rotation at whose site a client port shows what it did not leave there."""

    rotation: Rotation
    shows: frozenset[str]
    """What the client ports show, in words."""

    @property
    def why(self) -> str:
        """What its message says."""
        return "; ".join(sorted(self.shows))[:_LONGEST]


class RunningSites:
    """Reads the client ports of the sites of running rotations."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[RotationId, frozenset[str]] = {}
        """By rotation, what it has taken a message about and is there still."""

    async def moved(self) -> tuple[MovedSite, ...]:
        """The rotations at whose site a client port shows what the rotation did not leave there.

        Each is named until it was reported, and again when more is found, whatever task is open: `open_swaps` looks for
        what any change moves, and this for what cuts clients off. Left out are restores, which probe before each write.
        """
        tasks = await self._world.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED])
        open_at = {task.rotation_id: task for task in tasks}
        rotations = await self._world.store.rotations.all_running()
        watched = {each.id: each for each in rotations if each.purpose == "rotate"}
        self._found = {key: found for key, found in self._found.items() if key in watched}
        looked = [await self._moved(each, open_at.get(each.id)) for each in watched.values()]
        return tuple(each for each in looked if each is not None)

    def reported(self, moved: MovedSite) -> None:
        """The rotation has taken the message about what was found there."""
        self._found[moved.rotation.id] = moved.shows

    async def _moved(self, rotation: Rotation, task: ConsoleTask | None) -> MovedSite | None:
        try:
            now = await self._look(rotation, task)
        except Exception:  # noqa: BLE001 - one site's trouble must not end the watch over the others
            _log.exception("the site cannot be watched", site=rotation.site_id)
            return None
        known = now & self._found.get(rotation.id, frozenset())
        self._found[rotation.id] = known
        return MovedSite(rotation, now) if now != known else None

    async def _look(self, rotation: Rotation, task: ConsoleTask | None) -> frozenset[str]:
        """What each server that has another certificate presents, and which does not answer over HTTP any more."""
        world, store = self._world, self._world.store
        site, plan = await world.site(rotation.site_id), await store.plans.get(rotation.plan_id)
        planned, served = await store.surveys.get(plan.known_by_survey), await world.served(site.servers)
        seen = {(each.server, each.target) for each in await store.swaps.of(rotation.id) if each.first_seen is not None}
        swapped = [each.server for each in plan.body.certificates if (each.server, each.fingerprint) in seen]
        due = task.work.server if task is not None and isinstance(task.work, ReplaceCertificate) else None
        found = other_certificates(plan.body, served, swapped=swapped, before=presented_before(plan, planned), due=due)
        others = {each.message for each in found}
        if uses_http(plan.body):  # a server that is down altogether may only restart
            up = {each.server for each in served if each.fingerprint is not None}
            silent = up & await http_silent_since(world, site, planned)
            others |= {shut(each) for each in site.servers if each.name in silent}
        return frozenset(others)
