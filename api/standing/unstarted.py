"""Starts the work that a service recorded and did not give to Temporal before it died."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial

import structlog

from api.parts import Parts
from engine.client.runs import newest_run
from engine.fault import EngineFault, SiteIsBusy
from engine.ids import order_workflow, simulation_workflow
from service.startable import Startable, start, unstarted
from store.fault import StoreFault

_AGAIN = timedelta(seconds=2)

_log = structlog.get_logger(__name__)


async def take_up(parts: Parts) -> None:
    """Start every rotation, restore, simulation and order that was recorded and never started.

    Waits for Temporal as long as it takes. Where another process starts the same at this moment, it
    is started once: Temporal finds it again.
    """
    for recorded in await unstarted(parts.store):
        await _until_accepted(partial(start, parts, recorded), {"kind": type(recorded).__name__, "id": recorded.id})


async def hand_over(parts: Parts, recorded: Iterable[Startable]) -> None:
    """Give to Temporal what it does not have; where it takes one not now, the next look comes by."""
    for each in recorded:
        try:
            await start(parts, each)
        except (EngineFault, StoreFault) as fault:
            _log.warning("not handed over", kind=type(each).__name__, id=each.id, reason=str(fault))


async def not_in_temporal(parts: Parts) -> tuple[Startable, ...]:
    """The simulations and orders that Temporal has never had.

    Raises:
        TemporalDown, NoAnswer: when Temporal does not say.
    """
    workflows: list[tuple[Startable, str]] = [
        *((each, simulation_workflow(each.id)) for each in await parts.store.simulations.running()),
        *((each, order_workflow(each.id)) for each in await parts.store.certificate_orders.running()),
    ]
    return tuple([each for each, workflow in workflows if await newest_run(parts.temporal, workflow) is None])


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
