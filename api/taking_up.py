"""Taking up what a service that died had recorded, and had not given to Temporal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from api import certificate_orders, simulations
from api.handing_over import hand_over
from api.parts import Parts
from engine.fault import EngineFault, SiteIsBusy

_AGAIN = timedelta(seconds=2)

_log = structlog.get_logger(__name__)


async def take_up(parts: Parts) -> None:
    """Start every rotation, restore, simulation and order that was recorded and never started.

    Waits for Temporal as long as it takes. What another process is about to start at this moment is started once:
    Temporal finds it again.
    """
    for rotation in await parts.store.rotations.unheard():
        said = {"rotation": rotation.id, "site": rotation.site_id, "purpose": rotation.purpose}
        await _until_heard(partial(hand_over, parts, rotation), said)
    for simulation in await parts.store.simulations.running():
        said = {"simulation": simulation.id, "plan": simulation.plan_id}
        await _until_heard(partial(simulations.hand_over, parts, simulation), said)
    for order in await parts.store.certificate_orders.running():
        await _until_heard(
            partial(certificate_orders.hand_over, parts, order), {"order": order.id, "request": order.request_id}
        )


async def _until_heard(hand: Callable[[], Awaitable[object]], said: dict[str, str]) -> None:
    while True:
        try:
            await hand()
        except SiteIsBusy as busy:
            _log.warning("not taken up", **said, reason=str(busy))
            return
        except EngineFault as fault:
            _log.warning("Temporal does not answer yet", **said, reason=str(fault))
            await asyncio.sleep(_AGAIN.total_seconds())
        else:
            _log.info("taken up", **said)
            return
