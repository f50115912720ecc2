"""Taking up what a service that died had recorded, and had not given to Temporal."""

import asyncio
from datetime import timedelta

import structlog

from api import simulations
from api.parts import Parts
from api.starting import hand_over
from engine.fault import EngineFault, SiteIsBusy

_AGAIN = timedelta(seconds=2)

_log = structlog.get_logger(__name__)


async def take_up(parts: Parts) -> None:
    """Start every rotation, restore and simulation that was recorded and never started.

    Waits for Temporal as long as it takes. What another process is about to start at this moment is started once:
    Temporal finds it again.
    """
    for rotation in await parts.store.rotations.unheard():
        while True:
            try:
                await hand_over(parts, rotation)
            except SiteIsBusy as busy:
                _log.warning("not taken up", rotation=rotation.id, site=rotation.site_id, reason=str(busy))
            except EngineFault as fault:
                _log.warning("Temporal does not answer yet", rotation=rotation.id, reason=str(fault))
                await asyncio.sleep(_AGAIN.total_seconds())
                continue
            else:
                _log.info("taken up", rotation=rotation.id, site=rotation.site_id, purpose=rotation.purpose)
            break
    for simulation in await parts.store.simulations.running():
        while True:
            try:
                await simulations.hand_over(parts, simulation)
            except EngineFault as fault:
                _log.warning("Temporal does not answer yet", simulation=simulation.id, reason=str(fault))
                await asyncio.sleep(_AGAIN.total_seconds())
                continue
            _log.info("taken up", simulation=simulation.id, plan=simulation.plan_id)
            break
