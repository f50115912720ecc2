"""How a workflow learns of a signal that it cannot take."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class ShowsRefusedSignals(Protocol):
    """A workflow that shows which signal could not be taken, and why."""

    def show_refused(self, signal: str, why: str) -> None:
        """Show it. The signal was not heard otherwise."""
