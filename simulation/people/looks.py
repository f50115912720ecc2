"""What the people of a simulated rotation do about a client that holds an old list (rule 10)."""

from datetime import datetime, timedelta

from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.task import Work
from rotation.running.message import Move
from rotation.running.state import RotationState

ASKED = "client-list"
"""The attention that asks them."""
_LATER = timedelta(hours=1)
_OLD_LISTS = 8
"""How often people look at clients again that hold old lists, before they take back what was done."""


def again_at(work: Work, now: datetime) -> datetime | None:
    """When the operator comes again who found no client switched on; None where the console has refused other work."""
    return now + _LATER if isinstance(work, LookAtClients) else None


def takes_back(state: RotationState, tries: int, looks: int) -> bool:
    """Whether a person has looked often enough at old lists, or at no client, and takes back what was done.

    `looks`: how often people look for a client that is switched on.
    """
    asked = any(attention.code == ASKED for attention in state.attention)
    look = state.task.look if state.task is not None else None
    return asked and look is not None and bool(look.old or not look.settled) and tries >= _enough(state, looks)


def choice(state: RotationState, options: tuple[Move, ...], tries: int, looks: int) -> Move:
    """Look again; in the end cancel where a list stays old, or go on without clients where nothing else is left."""
    ways = (Move.CANCEL, Move.PROCEED) if takes_back(state, tries, looks) else (Move.PROCEED,)
    return next((way for way in ways if way in options), Move.RETRY) if tries > _enough(state, looks) else Move.RETRY


def _enough(state: RotationState, looks: int) -> int:
    look = state.task.look if state.task is not None else None
    return _OLD_LISTS if look is not None and look.old else looks
