"""The guard of the run loop: a loop that goes on and on without anything happening ends with an error that names it."""

from datetime import datetime

_IDLE = 16
"""How many waits in a row may end at once although nothing has happened between them. Steps that follow one another
without an activity between them are three or four."""
_BUSY = 8_000
"""How many waits and activities may end in a row before something is waited for: a timer, or a person. Temporal ends a
workflow for good whose history has some 50,000 events; so many activities in a row make nearly as many."""


class LoopSpinsError(RuntimeError):
    """The run loop goes round without anything happening: a defect of ours, which trying again does not cure.

    It fails the workflow task and not the workflow: nothing is lost, and a version that is mended goes on.
    """


class LoopGuard:
    """Counts what the run loop passes, and ends a loop that nothing drives.

    1. something happens when an activity answers or a message is read: waits that end at once are counted since then
    2. something is waited for when a wait ends by a message or at a later time than it began: waits and activities are
       counted since then
    """

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._idle = self._busy = 0

    def happened(self) -> None:
        """Something has happened: an activity has answered, or a message has come."""
        self._idle = 0

    def waited(self) -> None:
        """Something was really waited for."""
        self._idle = self._busy = 0

    def passes(self, what: str, now: datetime) -> None:
        """The loop comes by.

        Raises:
            LoopSpinsError: when it has come by too often.
        """
        self._idle += 1
        self._busy += 1
        if self._idle > _IDLE:
            self._spins(f"{_IDLE} waits in a row have ended at once, and nothing has happened between them", what, now)
        if self._busy > _BUSY:
            self._spins(f"{_BUSY} waits and activities have ended, and nothing was waited for", what, now)

    def _spins(self, found: str, what: str, now: datetime) -> None:
        raise LoopSpinsError(
            f"{self._subject}: {found}, at {now:%Y-%m-%d %H:%M:%S} UTC. The last one: {what or 'between two steps'}. "
            "This is a defect of rotator and not of the site: the rotation stands still with all that it knows; "
            "report it with this text, and install a version in which it is mended: the rotation goes on by itself"
        )
