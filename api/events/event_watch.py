"""New events of a rotation or of all, for callers that wait: the store is asked once for all of them."""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

_EVERY = 1.0


class LastNumbers(Protocol):
    """What the watch asks: the events of the store."""

    async def last_numbers(self, subjects: Collection[str]) -> Mapping[str, int]:
        """The number of the last event of each subject, a rotation or all of them, that has one."""


class _Waiting(NamedTuple):
    subject: str
    after: int
    over: asyncio.Event


class EventWatch:
    """Asks while a caller waits. Another process may have stored the event, so that the store has to be asked."""

    def __init__(self, every: float = _EVERY) -> None:
        """`every`: seconds between two looks."""
        self._every = every
        self._waiting: set[_Waiting] = set()
        self._looking: asyncio.Task[None] | None = None

    async def next(self, events: LastNumbers, subject: str, after: int) -> None:
        """Return when the subject has an event behind number `after`, or the store cannot be asked."""
        waiting = _Waiting(subject, after, asyncio.Event())
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
                numbers = await events.last_numbers({each.subject for each in self._waiting})
                for each in self._waiting:
                    if numbers.get(each.subject, 0) > each.after:
                        each.over.set()
                await asyncio.sleep(self._every)
        except Exception:  # noqa: BLE001 - those who wait ask the store by themselves then
            for each in self._waiting:
                each.over.set()
