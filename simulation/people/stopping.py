"""What people do about a server that a drill has stopped (rule 18)."""

from collections.abc import Collection

from rotation.plan.step import Console
from rotation.plan.work.stop_drill import StartServer
from rotation.running.state import RotationState

STRANDED = "stranded"
"""Clients have found no other server."""
_DRILLS = 2
"""How often a person has them try once more."""


def patience(code: str, usual: int) -> int:
    """How often a person tries the same about an attention before choosing another way."""
    return _DRILLS if code == STRANDED else usual


def takes_back(codes: Collection[str], tries: int) -> bool:
    """Whether a person rolls back: clients have found no other server, and more tries have not helped."""
    return STRANDED in codes and tries >= _DRILLS


def starts(state: RotationState) -> bool:
    """Whether a server is to be started again."""
    return isinstance(state.step, Console) and isinstance(state.step.work, StartServer)
