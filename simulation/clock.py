"""Simulated time: it stands still until a caller has it leap or sleeps, and it never goes back."""

from datetime import UTC, datetime, timedelta

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class SimulatedClock:
    """The one clock of a simulation. The activities, SEPM's edge, the emulator and the people share it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """The time now."""
        return self._now

    def now(self) -> datetime:
        """The time now."""
        return self._now

    def elapsed(self) -> timedelta:
        """Time since a moment of long ago."""
        return self._now - _LONG_AGO

    def leap_to(self, moment: datetime) -> None:
        """Make it `moment`; a moment that has passed changes nothing."""
        self._now = max(self._now, moment)

    async def sleep(self, duration: timedelta) -> None:
        """Let the time pass without a wait."""
        self._now += max(duration, timedelta(0))
