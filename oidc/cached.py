"""A document of the provider, kept for a while: fetched again when it is old, or when it lacks what a token names."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from oidc.errors import ProviderAway

FRESH = timedelta(minutes=10)
"""How old a document may be before it is fetched again."""
COUNTS = timedelta(hours=1)
"""How old it may be while the provider does not answer."""
PAUSE = timedelta(seconds=10)
"""Between two fetches, whatever callers send."""

_Document = TypeVar("_Document")


class CachedDocument(Generic[_Document]):
    """What was fetched last, and when."""

    def __init__(self, fetch: Callable[[], Awaitable[_Document]], clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._held: tuple[_Document, datetime] | None = None
        self._failed: tuple[str, datetime] | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> _Document:
        """The document, not older than `FRESH`; while it is fetched, or the provider does not answer, than `COUNTS`.

        Raises:
            ProviderAway: when there is none.
        """
        held = self._held
        if held is not None and self._clock() - held[1] < (COUNTS if self._turn.locked() else FRESH):
            return held[0]
        try:
            return await self._fetched(FRESH)
        except ProviderAway:
            if held is None or self._clock() - held[1] >= COUNTS:
                raise
            return held[0]

    async def again(self) -> _Document:
        """The document, fetched again unless that was less than `PAUSE` ago.

        Raises:
            ProviderAway: when it cannot be fetched.
        """
        return await self._fetched(PAUSE)

    async def _fetched(self, newest: timedelta) -> _Document:
        """The document, fetched unless it is younger than `newest`; one fetch at a time."""
        async with self._turn:
            now = self._clock()
            if self._held is not None and now - self._held[1] < newest:
                return self._held[0]
            if self._failed is not None and now - self._failed[1] < PAUSE:
                raise ProviderAway(self._failed[0])
            try:
                document = await self._fetch()
            except ProviderAway as away:
                self._failed = str(away), self._clock()
                raise
            self._held = document, now
            return document
