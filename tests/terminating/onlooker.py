"""Somebody who looks over the shoulder of the people around a rotation: what did it ever ask?"""

from collections import Counter
from datetime import datetime

from rotation.plan.work.task import ConsoleTask
from rotation.running.state import RotationState
from simulation.people.people import People


class Onlooker(People):
    """The people, and which attention was ever shown to them."""

    asked: Counter[str]
    _shown: frozenset[str] = frozenset()

    def due(self, state: RotationState, now: datetime) -> datetime | None:
        """As ever."""
        shown = frozenset(each.code for each in state.attention)
        self.asked.update(shown - self._shown)
        self._shown = shown
        return super().due(state, now)

    def evidence_of(self, task: ConsoleTask) -> dict[str, str] | None:
        """What whoever holds a task has brought from the work; None where it was not begun."""
        held = self._held.get(task.id)
        return dict(held.evidence) if held is not None and held.worked else None
