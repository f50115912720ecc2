"""The worker process: puts activities and their parts together and serves the task queue.

`python -m worker`, with its settings in the environment. It may be killed at any moment and started again: it then
sees or does again what was under way. SIGTERM lets activities that are running come to their end first.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Collection
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4

import structlog
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.registry import all_activities
from engine.client.client import connect, identity
from engine.client.rotations import state
from engine.client.unsigned import begun_unsigned
from engine.client.updates import send
from engine.client.watch import arrange_watch
from engine.codec.payload_keys import payload_codec, signing_keys
from engine.contract import SIMULATIONS_QUEUE
from engine.fault import EngineFault, RotationsUnsigned
from engine.ids import rotation_workflow
from engine.plugin import RotatorPlugin
from engine.process.logs import log_as_json
from engine.process.namespace import too_short
from engine.process.telemetry import runtime
from engine.search_attributes import register
from engine.settings import TemporalSettings, WatchSettings
from issuing.configured import configured_issuer
from issuing.errors import IssuerSettingsWrong
from issuing.settings import AcmeSettings
from rotation.running.message import Message, Move
from rotation.values import RotationId, SiteId, TaskId
from service.notices.calling import call_people
from service.open_swaps import WATCH, OpenSwaps
from service.running_sites import RunningSites
from service.world import World
from store.fault import StoreFault
from store.settings import StoreSettings
from store.store import Store
from store.trail.start_notes import note_start
from workflows.issue_certificate import IssueCertificate
from workflows.rotate_site import RotateSite
from workflows.simulate_plan import SimulatePlan
from workflows.survey_site import SurveySite
from workflows.watch_certificates import WatchCertificates

WORKFLOWS = (RotateSite, SurveySite, SimulatePlan, WatchCertificates, IssueCertificate)

# below the time after which a supervisor kills (60 s in deploy/), so that a stop costs no attempt of an activity
_GRACE = timedelta(seconds=30)
# how long work waits for a worker that was killed before another one may take it
_STICKY = timedelta(seconds=2)
# some 80 KiB each; rotations sleep nearly always, and one that is not cached is replayed in milliseconds
_CACHED = 500
_AGAIN = timedelta(seconds=1)
_FAILED = 1

_Result = TypeVar("_Result")

_log = structlog.get_logger(__name__)


async def serve(stop: asyncio.Event) -> None:
    """Open the store, connect, and serve the task queue until `stop`.

    Raises:
        StoreFault: when the store cannot be opened.
        EngineFault: when Temporal lacks what only its operator can give, or the keys are none.
        IssuerSettingsWrong: when a certificate authority is set and cannot be used so.
    """
    issuer = configured_issuer(AcmeSettings())
    store = await _unless(stop, Store.opened(StoreSettings()))
    if store is None:  # stopped before the database was there
        return
    try:
        await _serve(World(store=store, issuer=issuer), TemporalSettings(), stop)
    finally:
        await store.close()


async def _serve(world: World, settings: TemporalSettings, stop: asyncio.Event) -> None:
    activities = all_activities(world.store, world)
    plugin = RotatorPlugin(
        workflows=WORKFLOWS, activities=activities, signing=signing_keys(settings), codec=payload_codec(settings)
    )
    client = await _unless(stop, _connected(settings, plugin))
    if client is None:  # stopped before Temporal was there
        return
    running_now = [rotation.site_id for rotation in await world.store.rotations.all_running()]
    await require_signed(client, running_now, serves=settings.serve_unsigned)
    worker = Worker(
        client,
        task_queue=settings.task_queue,
        identity=identity("worker"),
        graceful_shutdown_timeout=_GRACE,
        sticky_queue_schedule_to_start_timeout=_STICKY,
        max_cached_workflows=_CACHED,
    )
    # a run of a simulation wants a processor for minutes: one at a time, and none holds up the end of this process
    simulations = Worker(
        client,
        task_queue=settings.task_queue + SIMULATIONS_QUEUE,
        identity=identity("worker"),
        max_concurrent_activities=1,
    )
    watch = watch_sites(OpenSwaps(world), RunningSites(world), client, WatchSettings().open_swaps_every)
    store = world.store
    beside = asyncio.gather(
        watch,
        store.head_sender.run(),
        note_start(store.database, store.vault.keys, store.trail),
        call_people(store, partial(state, client)),
    )
    running = asyncio.gather(worker.run(), simulations.run())
    _log.info("serving", address=settings.address, namespace=settings.namespace, task_queue=settings.task_queue)
    await _unless(stop, asyncio.shield(running))
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)
    if not running.done():
        _log.info("stopping", grace=str(_GRACE))
        await asyncio.gather(worker.shutdown(), simulations.shutdown())
    await running


async def require_signed(client: Client, running: Collection[SiteId], *, serves: bool) -> None:
    """Do not serve where rotations of these sites would stand still for ever, unless that is wanted.

    Raises:
        RotationsUnsigned: with the workflows that a version without signatures has begun.
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    if not (unsigned := await begun_unsigned(client, map(rotation_workflow, running))):
        return
    if not serves:
        raise RotationsUnsigned(unsigned)
    _log.warning("rotations that are not signed stand still", workflows=unsigned)


async def watch_sites(swaps: OpenSwaps, sites: RunningSites, client: Client, every: timedelta) -> None:
    """Have a rotation look, or read its proof, as soon as its site changes; until cancelled.

    A message that its rotation does not take now is sent again in the next minute, for as long as the site is so.
    """
    while True:
        try:
            for task in await swaps.moved():
                if await _tell(client, task.site_id, _message(task.rotation_id, task_id=task.id, why=swaps.why(task))):
                    swaps.reported(task)
            for moved in await sites.moved():
                if await _tell(client, moved.rotation.site_id, _message(moved.rotation.id, why=moved.why)):
                    sites.reported(moved)
        except Exception:  # noqa: BLE001 - whatever fails, the next look must come
            _log.exception("sites cannot be watched")
        await asyncio.sleep(every.total_seconds())


def _message(rotation_id: RotationId, *, task_id: TaskId | None = None, why: str = "") -> Message:
    known = {"move": Move.SITE_MOVED, "rotation_id": rotation_id, "who": WATCH, "request_id": uuid4().hex}
    return Message.model_validate({**known, "task_id": task_id, "why": why})


async def _tell(client: Client, site_id: SiteId, message: Message) -> bool:
    """Send the message; whether the rotation has taken it."""
    try:
        reply = await send(client, site_id, message)
    except EngineFault as fault:
        _log.info("a rotation has not taken a message", site=site_id, reason=str(fault))
        return False
    return reply is None or reply.accepted


async def _connected(settings: TemporalSettings, plugin: RotatorPlugin) -> Client:
    """A client of a Temporal that has our search attributes, our retention and the schedule of the watch."""
    client = await connect(settings, plugin, runtime=runtime(settings.metrics))
    while True:
        try:
            await register(client)
            if trouble := await too_short(client):
                _log.warning("the retention is too short", remedy=trouble)
            await arrange_watch(client, WatchSettings().every, task_queue=settings.task_queue)
        except RPCError as error:
            _log.warning("Temporal is not ready", namespace=settings.namespace, error=str(error))
            await asyncio.sleep(_AGAIN.total_seconds())
        else:
            return client


async def _unless(stop: asyncio.Event, work: Awaitable[_Result]) -> _Result | None:
    """What `work` brings; None when `stop` comes first, and then the work is cancelled."""
    working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stopped.cancel()
        await asyncio.gather(working, stopped, return_exceptions=True)


def main() -> None:
    """Serve until SIGTERM or SIGINT, and leave with 0; with 1 and the reason in the log when that is not possible."""
    log_as_json("worker", logging.INFO)
    code = asyncio.run(_until_signalled())
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's threads can crash an interpreter that ends while they run (temporalio/sdk-python#300). Everything is
    # closed and flushed by now, so nothing is lost by leaving without the interpreter's own end.
    os._exit(code)


async def _until_signalled() -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await serve(stop)
    except (StoreFault, EngineFault, IssuerSettingsWrong) as fault:
        _log.error("cannot serve", reason=str(fault), fault=type(fault).__name__)
        return _FAILED
    except Exception:  # noqa: BLE001 - the last resort: logged as JSON like all else, before the process leaves
        _log.exception("the worker has failed")
        return _FAILED
    return 0


if __name__ == "__main__":
    main()
