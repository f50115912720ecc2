"""A task that was opened right now: it is stored a moment before the workflow of its rotation knows of it."""

from asyncio import sleep, timeout
from contextlib import suppress
from datetime import timedelta

from api.parts import Parts
from engine.client.rotations import state
from engine.fault import NoAnswer, NotRunning, TemporalDown
from rotation.plan.work.task import ConsoleTask, TaskState

_YOUNG = timedelta(minutes=1)
"""An older one is known, or its rotation does not answer: then a message says so."""
_AGAIN = 0.1
"""Seconds between two questions."""
_LONGEST = 5.0
"""Seconds: a rotation that is kept from its work answers the message for itself."""


async def until_known(parts: Parts, task: ConsoleTask) -> None:
    """Wait until the rotation knows of the task, which would refuse a message about it before; five seconds at most."""
    if task.state is not TaskState.OPEN or parts.clock() - task.opened_at > _YOUNG:
        return
    with suppress(TimeoutError, NotRunning, NoAnswer, TemporalDown):
        async with timeout(_LONGEST):
            while not await _is_known(parts, task):  # noqa: ASYNC110 - a workflow can only be asked
                await sleep(_AGAIN)


async def _is_known(parts: Parts, task: ConsoleTask) -> bool:
    opened = (await state(parts.temporal, task.site_id)).task
    return opened is not None and opened.id == task.id
