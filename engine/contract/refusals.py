"""How a workflow learns of what it was sent and cannot take."""

from typing import Protocol, runtime_checkable

from rotation.running.refused_input import RefusedKind


@runtime_checkable
class ShowsRefused(Protocol):
    """A workflow that shows which signal, or which answer of an activity, was refused, and why."""

    def show_refused(self, kind: RefusedKind, name: str, why: str) -> None:
        """Show it. It was not heard otherwise."""
