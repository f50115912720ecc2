"""From the outbox over the channels: in order for each, again after a failure, each message under its own id."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from notifying.errors import MessageRefused, NotDeliveredError
from notifying.sink import Sinks
from notifying.wording import message_of
from store.fault import StoreFault
from store.notice.channels import UnknownChannel
from store.notice.delivery import DeliveryState, Outgoing
from store.store import Store

_AT_ONCE = 8
"""Channels that are served at the same time."""
_IN_A_ROW = 20
"""Messages of a channel in one round."""
_LONGEST = timedelta(minutes=1)
"""For one message; less than half of the lease."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_MOST_TRIES = 175
"""About a week; then a message is given up, so that a channel which is back does not begin with old ones."""
_REFUSED_TIMES = 3
_log = structlog.get_logger(__name__)


def pause_after(failures: int) -> timedelta:
    """How long a channel is left alone after so many failures of one message."""
    return min(_FIRST_PAUSE * (1 << min(failures - 1, 10)), _LONGEST_PAUSE)


class Deliverer:
    """Sends what is due."""

    def __init__(
        self,
        store: Store,
        sinks: Sinks,
        link: str,
        clock: Callable[[], datetime],
        may_go_on: Callable[[], Awaitable[bool]],
    ) -> None:
        """Take the parts.

        Args:
            store: the deliveries and the channels.
            sinks: makes the sink of a channel.
            link: where people reach the service.
            clock: the time.
            may_go_on: renews the lease; False: another worker has it.
        """
        self._store = store
        self._sinks = sinks
        self._link = link
        self._clock = clock
        self._may_go_on = may_go_on
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def deliver(self) -> None:
        """Send the messages that are due, over several channels at a time."""
        due = await self._store.deliveries.due_channels(self._clock())
        ended = await asyncio.gather(*(self._serve(channel_id) for channel_id in due), return_exceptions=True)
        for channel_id, failure in zip(due, ended, strict=True):
            if isinstance(failure, Exception):  # the others are served to their end, and this one with the next turn
                _log.error("a channel cannot be served", channel=channel_id, exc_info=failure)
            elif failure is not None:
                raise failure

    async def _serve(self, channel_id: str) -> None:
        async with self._turns:
            for _ in range(_IN_A_ROW):
                if not await self._may_go_on():
                    return
                message = await self._store.deliveries.next(channel_id, self._clock())
                if message is None or not await self._send(message):
                    return

    async def _send(self, message: Outgoing) -> bool:
        """Send one message. False: what follows it waits."""
        deliveries = self._store.deliveries
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                noted = await self._hand_over(message)
        except UnknownChannel:  # it was removed meanwhile
            return False
        except MessageRefused as error:
            if message.attempts + 1 < _REFUSED_TIMES:
                return await self._later(message, str(error))
            await deliveries.end(message, DeliveryState.GIVEN_UP, self._clock(), error=str(error))
            _log.warning("a message is given up", message=message.message_id, reason=str(error))
            return True
        except (NotDeliveredError, StoreFault, TimeoutError) as error:
            return await self._later(message, str(error) or "no answer within a minute")
        except Exception as error:  # noqa: BLE001 - whatever fails, the channel is tried again and the others go on
            _log.exception("a message cannot be sent", message=message.message_id)
            return await self._later(message, type(error).__name__)
        await deliveries.end(message, DeliveryState.DELIVERED, self._clock(), error=noted)
        return True

    async def _hand_over(self, message: Outgoing) -> str:
        channel, secret = await self._store.channels.with_secret(message.channel_id)
        written = message_of(message.message_id, message.notices, channel.settings.language, self._link)
        return await self._sinks.of(channel.settings.target, secret).send(written)

    async def _later(self, message: Outgoing, reason: str) -> bool:
        failures, now = message.attempts + 1, self._clock()
        if failures >= _MOST_TRIES:
            await self._store.deliveries.end(message, DeliveryState.GIVEN_UP, now, error=reason)
            _log.warning("a message is given up", message=message.message_id, reason=reason)
            return True
        if failures == 1:  # once, and not with every try
            _log.warning("messages wait for a channel", channel=message.channel_id, reason=reason)
        await self._store.deliveries.failed(message, now, now + pause_after(failures), reason)
        return False
