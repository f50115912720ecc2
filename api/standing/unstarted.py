"""Starts the work that a service recorded and did not give to Temporal before it died."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from api.parts import Parts
from engine.fault import EngineFault, SiteIsBusy
from service.startable import start, unstarted

_AGAIN = timedelta(seconds=2)

_log = structlog.get_logger(__name__)


async def take_up(parts: Parts) -> None:
    """Start every rotation, restore, simulation and order that was recorded and never started.

    Waits for Temporal as long as it takes. Where another process starts the same at this moment, it
    is started once: Temporal finds it again.
    """
    for recorded in await unstarted(parts.store):
        await _until_accepted(partial(start, parts, recorded), {"kind": type(recorded).__name__, "id": recorded.id})


async def _until_accepted(hand: Callable[[], Awaitable[object]], logged: dict[str, str]) -> None:
    while True:
        try:
            await hand()
        except SiteIsBusy as busy:
            _log.warning("not taken up", **logged, reason=str(busy))
            return
        except EngineFault as fault:
            _log.warning("Temporal does not answer yet", **logged, reason=str(fault))
            await asyncio.sleep(_AGAIN.total_seconds())
        else:
            _log.info("taken up", **logged)
            return
