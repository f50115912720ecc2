"""The loop of the worker that calls people. It runs beside the rotations, which know nothing of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from notifying.settings import NotifySettings
from notifying.sink import Sinks
from service.notices.attention import AskState, AttentionSource
from service.notices.collecting import Collector
from service.notices.delivering import Deliverer
from service.world import wall_clock
from store.store import Store

_DAY = timedelta(days=1)
_log = structlog.get_logger(__name__)


class Notifier:
    """Collects and delivers while this worker has the lease."""

    def __init__(
        self,
        store: Store,
        settings: NotifySettings,
        *,
        sinks: Sinks | None = None,
        clock: Callable[[], datetime] = wall_clock,
        ask: AskState | None = None,
    ) -> None:
        """Take the parts.

        Args:
            store: what is known of rotations, and the outbox.
            settings: where messages may go, and how often to look.
            sinks: makes the sink of a channel; by the settings where none are given.
            clock: the time.
            ask: asks the workflow of a site for its state; without it attention is what the store has.
        """
        self._store = store
        self._every = settings.every
        self._keep = settings.keep
        self._tidied_at: datetime | None = None
        self._clock = clock
        self._holder = uuid4().hex
        self._collector = Collector(store, settings.sites_every, AttentionSource(ask))
        self._deliverer = Deliverer(store, sinks or Sinks(settings), settings.link, clock, self._has_lease)

    async def run(self) -> None:
        """Go on until cancelled."""
        try:
            while True:
                await self.turn()
                await asyncio.sleep(self._every.total_seconds())
        finally:
            with suppress(Exception):  # the lease ends by itself
                await self._store.notice_lease.give_back(self._holder, self._clock())

    async def turn(self) -> None:
        """One look, and what is due. A part that fails is logged, and keeps the other one from nothing."""
        try:
            if not await self._store.outbox.has_channels() or not await self._has_lease():
                self._collector.forget()
                return
        except Exception:  # noqa: BLE001 - whatever fails, the next look must come
            _log.exception("people cannot be called now")
            return
        for part in (self._collect, self._deliverer.deliver, self._tidy):
            try:
                await part()
            except Exception:  # noqa: BLE001 - as above
                _log.exception("people cannot be called now")

    async def _collect(self) -> None:
        await self._collector.collect(self._clock())

    async def _tidy(self) -> None:
        """Once a day: delete what is older than it is kept."""
        now = self._clock()
        if self._tidied_at is None or not self._tidied_at <= now < self._tidied_at + _DAY:
            await self._store.old_notices.delete(now - self._keep)
            self._tidied_at = now

    async def _has_lease(self) -> bool:
        return await self._store.notice_lease.take(self._holder, self._clock())
