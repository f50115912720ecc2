"""What the people of a simulated rotation do about a client that holds an old list (rule 10)."""

from datetime import datetime, timedelta

from rotation.plan.client_look import LookAtClients
from rotation.plan.task import Work
from rotation.running.message import Move
from rotation.running.state import RotationState

ASKED = "client-list"
"""The attention that asks them."""
_LATER = timedelta(hours=1)
_LOOKS = 8
"""How often somebody looks at clients again before taking back what was done, or leaving out who is never there."""


def again_at(work: Work, now: datetime) -> datetime | None:
    """When somebody comes again who has found nobody on to look at; None where the console has refused other work."""
    return now + _LATER if isinstance(work, LookAtClients) else None


def takes_back(state: RotationState, tries: int) -> bool:
    """Whether somebody has looked often enough at a list that stays old, and takes back what was done."""
    asked = any(attention.code == ASKED for attention in state.attention)
    old = state.task is not None and state.task.look is not None and bool(state.task.look.old)
    return asked and old and tries >= _LOOKS


def choice(state: RotationState, options: tuple[Move, ...], tries: int) -> Move:
    """Look again; in the end cancel where a list stays old, and go on without clients that are never there."""
    way = Move.CANCEL if takes_back(state, tries) else Move.PROCEED
    return way if tries > _LOOKS and way in options else Move.RETRY
