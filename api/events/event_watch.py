"""New events of rotations, for callers that wait: the store is asked for all of them at once, and not by each."""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from rotation.values import RotationId

_EVERY = 1.0


class LastNumbers(Protocol):
    """What is asked: the events of the store."""

    async def last_numbers(self, rotation_ids: Collection[RotationId]) -> Mapping[RotationId, int]:
        """The number of the last event of each rotation that has one."""


class _Waiting(NamedTuple):
    rotation_id: RotationId
    after: int
    over: asyncio.Event


class EventWatch:
    """Asks while a caller waits. Another process may have stored the event, so that the store has to be asked."""

    def __init__(self, every: float = _EVERY) -> None:
        """`every`: seconds between two looks."""
        self._every = every
        self._waiting: set[_Waiting] = set()
        self._looking: asyncio.Task[None] | None = None

    async def next(self, events: LastNumbers, rotation_id: RotationId, after: int) -> None:
        """Return when the rotation has an event behind number `after`, or the store cannot be asked."""
        waiting = _Waiting(rotation_id, after, asyncio.Event())
        self._waiting.add(waiting)
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(events))
            await waiting.over.wait()
        finally:
            self._waiting.discard(waiting)

    async def _look(self, events: LastNumbers) -> None:
        try:
            while self._waiting:
                numbers = await events.last_numbers({each.rotation_id for each in self._waiting})
                for each in self._waiting:
                    if numbers.get(each.rotation_id, 0) > each.after:
                        each.over.set()
                await asyncio.sleep(self._every)
        except Exception:  # noqa: BLE001 - those who wait ask the store by themselves then
            for each in self._waiting:
                each.over.set()
