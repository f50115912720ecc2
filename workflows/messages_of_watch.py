"""Messages of the watch: which are heard in histories that were begun before more of them were."""

from rotation.running.message import Message, Move
from rotation.running.moves import is_watched_now
from rotation.running.state import RotationState
from workflows.hosts.host import Host

CHANGE = "the-watch-is-heard"
"""Rotations that began before refused a message of the watch while work was open that it did not watch."""


def is_heard(state: RotationState, message: Message, host: Host) -> bool:
    """Whether a message that is not refused has an effect."""
    if message.move is not Move.SITE_MOVED or _was_heard_before(state):
        return True
    return host.goes_by(CHANGE)


def _was_heard_before(state: RotationState) -> bool:
    return state.task is None or is_watched_now(state)
