"""The watch over client ports of running rotations: each minute, whatever a rotation waits for (rules 12b and 27).

In a wait of weeks the looks of a rotation are days apart. Another certificate in a server cuts off every client that
verifies, at once, and a closed HTTP port every client that is relaxed.
"""

import structlog

from rotation.drift.presented import other_certificates
from rotation.plan.work.task import TaskState
from rotation.values import RotationId
from service.surveying import http_silent_since
from service.world import World
from store.progress import Rotation

_log = structlog.get_logger(__name__)


class RunningSites:
    """Reads the client ports of the sites of running rotations."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[RotationId, frozenset[str]] = {}
        """By rotation, what the last look has found."""

    async def moved(self) -> tuple[Rotation, ...]:
        """The rotations at whose site a client port shows what the rotation did not leave there.

        Each is named once for what is found. Left out are those with an open task, at which `open_swaps` and the
        rotation itself look, and restores, which probe before each write.
        """
        busy = {task.rotation_id for task in await self._world.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED])}
        rotations = await self._world.store.rotations.all_running()
        waiting = {each.id: each for each in rotations if each.purpose == "rotate" and each.id not in busy}
        self._found = {key: found for key, found in self._found.items() if key in waiting}
        return tuple([each for each in waiting.values() if await self._has_moved(each)])

    async def _has_moved(self, rotation: Rotation) -> bool:
        try:
            now = await self._look(rotation)
        except Exception:  # noqa: BLE001 - one site's trouble must not end the watch over the others
            _log.exception("the site cannot be watched", site=rotation.site_id)
            return False
        before, self._found[rotation.id] = self._found.get(rotation.id, frozenset()), now
        return not now <= before

    async def _look(self, rotation: Rotation) -> frozenset[str]:
        """What each server that has another certificate presents, and which does not answer over HTTP any more."""
        world, store = self._world, self._world.store
        site, plan = await world.site(rotation.site_id), await store.plans.get(rotation.plan_id)
        planned, served = await store.surveys.get(plan.survey_id), await world.served(site.servers)
        seen = {(each.server, each.target) for each in await store.swaps.of(rotation.id) if each.first_seen is not None}
        swapped = [each.server for each in plan.body.certificates if (each.server, each.fingerprint) in seen]
        found = other_certificates(plan.body, served, swapped=swapped, before=planned.presented)
        others = {f"{each.code}: {each.message}" for each in found}
        if plan.body.copies:  # a server that is down altogether may only restart
            up = {each.server for each in served if each.fingerprint is not None}
            others |= up & await http_silent_since(world, site, planned)
        return frozenset(others)
