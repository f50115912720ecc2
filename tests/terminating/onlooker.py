"""The people around a rotation, with a record of all attention that it ever showed them."""

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
        """The next moment of a person, as ever; attention that is new is counted."""
        shown = frozenset(each.code for each in state.attention)
        self.asked.update(shown - self._shown)
        self._shown = shown
        return super().due(state, now)

    def evidence_of(self, task: ConsoleTask) -> dict[str, str] | None:
        """The evidence that the holder of a task has from the work; None where no work was done."""
        held = self._intents.held.get(task.id)
        return dict(held.evidence) if held is not None and held.worked else None
