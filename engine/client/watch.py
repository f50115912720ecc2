"""The schedule of the watch over certificates: one for all sites, made by the worker that finds none."""

from datetime import datetime, timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from engine.client.calls import within
from engine.contract import WATCH_WORKFLOW
from engine.fault import EngineFault
from engine.ids import WATCH

_log = structlog.get_logger(__name__)
_NOT_OURS_TO_MAKE = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})
_SOON = timedelta(seconds=1)
"""A page opens without the time of the next round where it is not known so soon."""
_LATE = timedelta(minutes=1)
"""A round that Temporal could not start in time is left out: what it would have seen, the next one sees."""


async def arrange_watch(client: Client, every: timedelta, *, task_queue: str) -> None:
    """Have all sites looked at once in `every`; not at all where that is zero. Doing it again changes nothing.

    1. none is there: make it, and start the first round at once
    2. one is there: give it our interval and task queue where it has others. A person who has paused it in the Temporal
       UI has it stay so
    3. where we may not, rotations go on without the watch, and the log says so

    Raises:
        RPCError: when Temporal is not ready.
    """
    try:
        if every:
            await _make(client, _schedule(every, task_queue))
        else:
            await _drop(client)
    except RPCError as error:
        if error.status not in _NOT_OURS_TO_MAKE:
            raise
        _log.warning("no watch over certificates", schedule=WATCH, error=str(error))


async def next_round(client: Client) -> datetime | None:
    """When all sites are looked at next; None where there is no watch, it is paused, or Temporal does not answer."""
    try:
        async with within(_SOON, silence="it does not answer"):
            found = await client.get_schedule_handle(WATCH).describe()
    except (RPCError, EngineFault):
        return None
    times = () if found.schedule.state.paused else found.info.next_action_times
    return min(times, default=None)


async def _make(client: Client, schedule: Schedule) -> None:
    try:
        await client.create_schedule(WATCH, schedule, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(WATCH).update(lambda found: _as_ours(found, schedule))


def _as_ours(found: ScheduleUpdateInput, ours: Schedule) -> ScheduleUpdate | None:
    there = found.description.schedule
    if there.spec.intervals == ours.spec.intervals and _queue(there) == _queue(ours):
        return None
    ours.state = there.state
    return ScheduleUpdate(schedule=ours)


def _queue(schedule: Schedule) -> str | None:
    action = schedule.action
    return action.task_queue if isinstance(action, ScheduleActionStartWorkflow) else None


async def _drop(client: Client) -> None:
    try:
        await client.get_schedule_handle(WATCH).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _schedule(every: timedelta, task_queue: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WATCH_WORKFLOW,
            id=WATCH,
            task_queue=task_queue,
            static_summary="Look at every certificate of every site",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_LATE),
    )
