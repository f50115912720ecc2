"""The moments of a rotation from which simulated people count."""

from collections.abc import Iterator

from rotation.plan.step import Console, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.state import RotationState
from simulation.drawn.scenario import Since


def reached(state: RotationState) -> Iterator[Since]:
    """The moments that have come, from which people count."""
    if _is_at_a_replacement(state):
        yield Since.CLAIM
    if state.swapped:
        yield Since.SWAP
        if isinstance(state.step, Write) and state.step.restores:
            yield Since.RESTORE


def _is_at_a_replacement(state: RotationState) -> bool:
    """Whether an operator holds the task to replace a certificate."""
    held = state.task is not None and bool(state.task.claimed_by)
    return held and isinstance(state.step, Console) and isinstance(state.step.work, ReplaceCertificate)
