"""Messages on their way: the first one that is due over a channel, until it is taken or given up."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.notice.notice import Notice
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.notice.delivery import DeliveryState, Outgoing, ShownDelivery, message_id_of
from store.schema.tables import DeliveryRow, NoticeChannelRow, NoticeRow

_MOST_IN_DIGEST = 200
_NEWEST = ListOrder("deliveries", (DeliveryRow.number,), falls=True)


class Deliveries:
    """The deliveries of all channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next(self, channel_id: str, at: datetime) -> Outgoing | None:
        """The message that is due over a channel: the first in order. It is the same until it has ended."""
        waiting = select(DeliveryRow).where(
            DeliveryRow.channel_id == channel_id, DeliveryRow.state == DeliveryState.WAITING
        )
        first = waiting.where(DeliveryRow.due_at <= at).order_by(DeliveryRow.number).limit(1)
        async with self._database.write() as session:
            head = await session.scalar(first)
            if head is None:
                return None
            parts = [head]
            if head.gathered:
                if not head.message_id:
                    head.message_id = message_id_of(channel_id, head.number)
                    await _gather(session, head)
                same = waiting.where(DeliveryRow.message_id == head.message_id).order_by(DeliveryRow.number)
                parts = list(await session.scalars(same))
            found = await session.scalars(select(NoticeRow).where(NoticeRow.id.in_([each.notice_id for each in parts])))
            notices = {row.id: row.notice for row in found}
            return Outgoing(
                channel_id=channel_id,
                message_id=head.message_id,
                notices=tuple(notices[each.notice_id] for each in parts),
                attempts=head.attempts,
            )

    async def end(self, message: Outgoing, state: DeliveryState, at: datetime, *, error: str = "") -> None:
        """Note that a message was delivered, or is given up."""
        ended = (
            update(DeliveryRow)
            .where(*_of(message))
            .values(state=state, ended_at=at, attempts=DeliveryRow.attempts + 1, error=error)
        )
        async with self._database.write() as session:
            channel = await session.get_one(NoticeChannelRow, message.channel_id, with_for_update=True)
            await session.execute(ended)
            channel.tries, channel.retry_at, channel.error = 0, None, error
            if state is DeliveryState.DELIVERED:
                channel.failing_since = None

    async def failed(self, message: Outgoing, at: datetime, retry_at: datetime, error: str) -> None:
        """Note that a message could not be delivered, and when it is tried again: what follows it waits, too."""
        tried = update(DeliveryRow).where(*_of(message)).values(attempts=DeliveryRow.attempts + 1, error=error)
        async with self._database.write() as session:
            # the channel before its deliveries, as the outbox locks them
            channel = await session.get_one(NoticeChannelRow, message.channel_id, with_for_update=True)
            await session.execute(tried)
            channel.tries, channel.retry_at, channel.error = channel.tries + 1, retry_at, error
            channel.failing_since = channel.failing_since or at

    async def due_channels(self, at: datetime) -> tuple[str, ...]:
        """The channels over which a message is due, and that are not left alone for a while after a failure."""
        waits = exists().where(
            DeliveryRow.channel_id == NoticeChannelRow.id,
            DeliveryRow.state == DeliveryState.WAITING,
            DeliveryRow.due_at <= at,
        )
        ready = or_(NoticeChannelRow.retry_at.is_(None), NoticeChannelRow.retry_at <= at)
        wanted = select(NoticeChannelRow.id).where(NoticeChannelRow.removed_at.is_(None), ready, waits)
        async with self._database.read() as session:
            return tuple(await session.scalars(wanted.order_by(NoticeChannelRow.id)))

    async def page(self, channel_id: str, asked: PageRequest = FIRST_PAGE) -> Page[ShownDelivery]:
        """The deliveries of a channel, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = (
            select(DeliveryRow, NoticeRow.notice)
            .join(NoticeRow, NoticeRow.id == DeliveryRow.notice_id)
            .where(DeliveryRow.channel_id == channel_id)
        )
        return await read_page(self._database, wanted, _NEWEST.of(channel_id), asked, _shown)


def _of(message: Outgoing) -> tuple[ColumnElement[bool], ...]:
    return (DeliveryRow.channel_id == message.channel_id, DeliveryRow.message_id == message.message_id)


async def _gather(session: AsyncSession, head: DeliveryRow) -> None:
    """Have what waits for the digest go with its first part."""
    waiting = (
        select(DeliveryRow)
        .where(
            DeliveryRow.channel_id == head.channel_id,
            DeliveryRow.state == DeliveryState.WAITING,
            DeliveryRow.gathered,
            DeliveryRow.message_id == "",
        )
        .order_by(DeliveryRow.number)
        .limit(_MOST_IN_DIGEST)
    )
    for row in await session.scalars(waiting):
        row.message_id = head.message_id
    await session.flush()


def _shown(row: DeliveryRow, notice: Notice) -> ShownDelivery:
    return ShownDelivery(
        number=row.number,
        message_id=row.message_id,
        kind=notice.kind,
        site_id=notice.site_id,
        due_at=row.due_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        ended_at=row.ended_at,
        error=row.error,
    )
