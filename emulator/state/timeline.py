"""Simulated time and what is due in it."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from emulator.errors import TimeRunsBackwardsError
from emulator.instants import from_ms, to_ms

Action = Callable[[], None]


class Timeline:
    """A clock that moves only when its caller advances it, and runs what falls due on the way in order."""

    def __init__(self, start: datetime) -> None:
        self._now_ms = to_ms(start)
        self._due: list[tuple[int, int, Action]] = []
        self._order = count()

    @property
    def now_ms(self) -> int:
        """The simulated time in epoch milliseconds."""
        return self._now_ms

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return from_ms(self._now_ms)

    @property
    def next_ms(self) -> int | None:
        """When something is due next, in epoch milliseconds; None when nothing is."""
        return self._due[0][0] if self._due else None

    def after(self, delay_ms: int, action: Action) -> None:
        """Do `action` after a delay; at once where there is none."""
        if delay_ms <= 0:
            action()
        else:
            heapq.heappush(self._due, (self._now_ms + delay_ms, next(self._order), action))

    def at(self, moment_ms: int, action: Action) -> None:
        """Do `action` at a moment; at once where that has come."""
        self.after(moment_ms - self._now_ms, action)

    def advance_to(self, now: datetime) -> None:
        """Move to `now`."""
        now_ms = to_ms(now)
        if now_ms < self._now_ms:
            raise TimeRunsBackwardsError(f"{now.isoformat()} is before {self.now.isoformat()}")
        while self._due and self._due[0][0] <= now_ms:
            self._now_ms, _, action = heapq.heappop(self._due)
            action()
        self._now_ms = now_ms
