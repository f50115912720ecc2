"""By when a person should act: what a rotation's own workflow has as dates, and when the old certificate ends."""

from datetime import datetime

from rotation.plan.start_by import LatestStart
from rotation.running.state import RotationState
from rotation.values import Value


class Deadlines(Value):
    """The dates of a rotation that runs; None where it has none."""

    gate: datetime | None = None
    """The limit of the gate at which it waits; that may have passed."""
    ahead: datetime | None = None
    """The next date after which it does something else by itself: the limit of its gate, or the end of its claim."""
    certificate: datetime | None = None
    """When the old certificate that decides ends, while it is still in."""

    @property
    def soonest(self) -> datetime | None:
        """The date that counts where no other rule names one."""
        return self.ahead or self.certificate


def deadlines_of(state: RotationState | None, start: LatestStart | None, now: datetime) -> Deadlines:
    """The dates of a rotation.

    Args:
        state: what its workflow has; None where it does not answer.
        start: the latest safe start of the site's newest plan.
        now: the time.
    """
    swapped = state.swapped if state is not None else ()
    certificate = start.ends if start is not None and start.server not in swapped else None
    if state is None:
        return Deadlines(certificate=certificate)
    gate = state.wait.limit if state.wait is not None else None
    claim = (state.task.begin_until or state.task.proof_until) if state.task is not None else None
    ahead = min((each for each in (gate, claim) if each is not None and each > now), default=None)
    return Deadlines(gate=gate, ahead=ahead, certificate=certificate)
