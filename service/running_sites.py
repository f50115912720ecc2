"""The watch over client ports of running rotations: each minute, whatever a rotation waits for (rules 12b and 27).

In a wait of weeks the looks of a rotation are days apart. Another certificate in a server cuts off every client that
verifies, at once, and a closed HTTP port every client that is relaxed.
"""

from collections.abc import Collection, Iterable

import structlog

from rotation.drift.presented import certificate_drift
from rotation.drift.reaction import CERTIFICATES
from rotation.finding import Finding
from rotation.plan.plan import Plan
from rotation.plan.work.task import TaskState
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.values import RotationId, ServerName
from service.surveying import presented_when_planned
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
        store = self._world.store
        site, plan = await self._world.site(rotation.site_id), await store.plans.get(rotation.plan_id)
        seen = {(each.server, each.target) for each in await store.swaps.of(rotation.id) if each.first_seen is not None}
        served = await self._world.served(site.servers)
        swapped = [each.server for each in plan.body.certificates if (each.server, each.fingerprint) in seen]
        found = await unlike(self._world, site, plan, swapped, served=served)
        others = {f"{each.code}: {each.message}" for each in found}
        return frozenset(others | await self._http_silent(site, plan, served))

    async def _http_silent(self, site: Site, plan: Plan, served: Iterable[ServedCertificate]) -> set[str]:
        """The servers whose HTTP port relaxed clients use, and that answer on their client port alone."""
        if not plan.body.copies:
            return set()
        planned, up = await self._world.store.surveys.get(plan.survey_id), {s.server for s in served if s.fingerprint}
        asked = [each for each in site.servers if each.name in up - planned.http_silent]
        return {each.name for each in asked if not (await self._world.probe.probe_http(each)).answers}


async def unlike(
    world: World,
    site: Site,
    plan: Plan,
    swapped: Collection[ServerName],
    *,
    served: Iterable[ServedCertificate] | None = None,
) -> tuple[Finding, ...]:
    """The servers that present another certificate than the rotation has left there, `swapped` having the planned one.

    `served`: what the servers present, where that is known.
    """
    now = await world.served(site.servers) if served is None else served
    before = await presented_when_planned(world.store, plan)
    found = certificate_drift(plan.body, now, swapped=swapped, before=before)
    return tuple(each for each in found if each.code in CERTIFICATES)
