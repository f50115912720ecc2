"""Time as this package needs it, injected so that a virtual clock can drive it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time, time that never steps back, and waiting."""

    def now(self) -> datetime:
        """The wall time, aware, in UTC."""
        ...

    def elapsed(self) -> timedelta:
        """Monotonic time since some fixed moment: a corrected wall clock must not change lives and limits."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Return after `duration` of `elapsed`."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The machine's wall time in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> timedelta:
        """The machine's monotonic time."""
        return timedelta(seconds=time.monotonic())

    async def sleep(self, duration: timedelta) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(duration.total_seconds(), 0))
