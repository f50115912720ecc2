"""How many streams of events a caller may have open at once in a process: each holds a connection."""

from collections import Counter
from collections.abc import AsyncIterator

from fastapi import Depends

from api.http.caller import Caller
from api.http.problems import too_many
from rotation.identity.identity import IdentityId

MOST = 10
_AGAIN = 60
"""Seconds: a connection lasts no longer."""


class Listeners:
    """Counts the open streams of each identity."""

    def __init__(self) -> None:
        self._open: Counter[IdentityId] = Counter()

    def open(self, identity: IdentityId) -> None:
        """Count one more.

        Raises:
            ProblemError: 429 when the identity has as many as one may have.
        """
        if self._open[identity] >= MOST:
            raise too_many(
                "too-many-streams",
                f"{MOST} streams of events are open for this identity",
                seconds=_AGAIN,
                remedy="close one, or share one: GET /v1/events has all rotations",
            )
        self._open[identity] += 1

    def close(self, identity: IdentityId) -> None:
        """Count one less."""
        self._open[identity] -= 1
        if not self._open[identity]:
            del self._open[identity]


_listeners = Listeners()


async def _counted(caller: Caller) -> AsyncIterator[None]:
    _listeners.open(caller.id)
    try:
        yield
    finally:
        _listeners.close(caller.id)


counted = Depends(_counted)
"""A dependency of each stream: it is over when the stream is, also where the caller has gone."""
