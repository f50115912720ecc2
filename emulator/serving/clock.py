"""The wall clock that drives a served site. It never runs backwards, whatever is done to the machine's clock."""

import time
from datetime import UTC, datetime, timedelta


class WallClock:
    """The time since `start`, which is the machine's time when the clock was made."""

    def __init__(self) -> None:
        self.start = datetime.now(UTC)
        self._origin = time.monotonic_ns()

    def now(self) -> datetime:
        """This moment."""
        return self.start + timedelta(microseconds=(time.monotonic_ns() - self._origin) // 1000)
