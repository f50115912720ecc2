"""The outbox: notices, kept once, and their way over each channel, in order.

What is derived is kept in one transaction with how far it was derived. A notice that is known is not kept again, so the
same look may be made again after a crash, or by another worker.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.notice.changes import Changes
from rotation.notice.matter import StandingMatter
from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.routing import due, is_gathered, is_wanted
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.database.upsert import insert_into
from store.notice.channels import UnknownChannel
from store.notice.delivery import DeliveryState, Outgoing, ShownDelivery
from store.notice.matters import Followed
from store.schema.tables import DeliveryRow, FollowedRotationRow, MatterRow, NoticeChannelRow, NoticeRow

_MOST_IN_DIGEST = 200
_NEWEST = ListOrder("deliveries", (DeliveryRow.number,), falls=True)


class Outbox:
    """Notices and their deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, notices: Iterable[Notice], changes: Changes, followed: Iterable[Followed], at: datetime
    ) -> int:
        """Keep what one look has found, all of it or nothing. Returns how many notices are new."""
        new = 0
        async with self._database.write() as session:
            channels = await _in_use(session)
            for standing in changes.over:
                await _end(session, standing, channels, at)
            session.add_all(_matter(each) for each in changes.begun)
            for notice in (*notices, *changes.notices):
                new += await _put(session, notice, channels)
            for each in followed:
                await session.merge(FollowedRotationRow(**each.model_dump()))
        return new

    async def put(self, channel_id: str, notice: Notice) -> str:
        """Have one notice go over one channel at once, whatever the channel is for. Returns the id of its message.

        Raises:
            UnknownChannel: when none of that id is in use.
        """
        async with self._database.write() as session:
            channel = next(iter(await _in_use(session, channel_id)), None)
            if channel is None:
                raise UnknownChannel(f"no channel of id {channel_id} is in use")
            channel.retry_at = None
            await session.execute(insert_into(session, NoticeRow).on_conflict_do_nothing(), [_row(notice)])
            row = _delivery(channel, notice, notice.at, gathered=False)
            session.add(row)
            return row.message_id

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
                    head.message_id = _message_id(channel_id, head.number)
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
            await session.execute(ended)
            channel = await session.get_one(NoticeChannelRow, message.channel_id)
            channel.tries, channel.retry_at, channel.error = 0, None, error
            if state is DeliveryState.DELIVERED:
                channel.failing_since = None

    async def failed(self, message: Outgoing, at: datetime, retry_at: datetime, error: str) -> None:
        """Note that a message could not be delivered, and when it is tried again: what follows it waits, too."""
        tried = update(DeliveryRow).where(*_of(message)).values(attempts=DeliveryRow.attempts + 1, error=error)
        async with self._database.write() as session:
            await session.execute(tried)
            channel = await session.get_one(NoticeChannelRow, message.channel_id)
            channel.tries, channel.retry_at, channel.error = channel.tries + 1, retry_at, error
            channel.failing_since = channel.failing_since or at

    async def has_channels(self) -> bool:
        """Whether any channel is in use: without one nothing is derived."""
        async with self._database.read() as session:
            return bool(await session.scalar(select(exists().where(NoticeChannelRow.removed_at.is_(None)))))

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

    async def deliveries(self, channel_id: str, asked: PageRequest = FIRST_PAGE) -> Page[ShownDelivery]:
        """The deliveries of a channel, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = (
            select(DeliveryRow, NoticeRow.notice)
            .join(NoticeRow, NoticeRow.id == DeliveryRow.notice_id)
            .where(DeliveryRow.channel_id == channel_id)
        )
        return await read_page(self._database, wanted, _NEWEST, asked, _shown)


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


async def _in_use(session: AsyncSession, channel_id: str | None = None) -> list[NoticeChannelRow]:
    in_use = select(NoticeChannelRow).where(NoticeChannelRow.removed_at.is_(None)).order_by(NoticeChannelRow.id)
    if channel_id is not None:
        in_use = in_use.where(NoticeChannelRow.id == channel_id)
    return list(await session.scalars(in_use.with_for_update()))


async def _put(session: AsyncSession, notice: Notice, channels: Iterable[NoticeChannelRow]) -> bool:
    """Keep a notice with its deliveries. False: it is known."""
    added = insert_into(session, NoticeRow).values(_row(notice)).on_conflict_do_nothing().returning(NoticeRow.id)
    if await session.scalar(added) is None:
        return False
    for channel in channels:
        settings = channel.settings
        if notice.at < channel.added_at or not is_wanted(settings, notice):
            continue
        if notice.kind is NoticeKind.OVER and not await _was_called(session, channel, notice):
            continue
        zone = ZoneInfo(settings.quiet.zone) if settings.quiet else UTC
        session.add(_delivery(channel, notice, due(settings, notice, zone), gathered=is_gathered(settings, notice)))
        await session.flush()
    return True


async def _was_called(session: AsyncSession, channel: NoticeChannelRow, over: Notice) -> bool:
    """Whether the begin of what is over went over the channel; of one that escalates, whether it was sent."""
    raised = over.model_copy(update={"key": over.key.removesuffix("/over") + "/raised"}).id
    states = [DeliveryState.DELIVERED]
    if channel.settings.escalates_after is None:
        states += [DeliveryState.WAITING, DeliveryState.GIVEN_UP]
    called = exists().where(
        DeliveryRow.channel_id == channel.id, DeliveryRow.notice_id == raised, DeliveryRow.state.in_(states)
    )
    return bool(await session.scalar(select(called)))


async def _end(
    session: AsyncSession, standing: StandingMatter, channels: Collection[NoticeChannelRow], at: datetime
) -> None:
    """A matter is over: what would have escalated it is not sent any more."""
    row = await session.get(MatterRow, standing.id)
    if row is not None:
        row.over_at = at
    escalating = [channel.id for channel in channels if channel.settings.escalates_after is not None]
    needless = update(DeliveryRow).where(
        DeliveryRow.notice_id == standing.raised().id,
        DeliveryRow.channel_id.in_(escalating),
        DeliveryRow.state == DeliveryState.WAITING,
        DeliveryRow.attempts == 0,
    )
    await session.execute(needless.values(state=DeliveryState.NEEDLESS, ended_at=at))


def _row(notice: Notice) -> dict[str, object]:
    return {"id": notice.id, "at": notice.at, "notice": notice}


def _delivery(channel: NoticeChannelRow, notice: Notice, due_at: datetime, *, gathered: bool) -> DeliveryRow:
    channel.last_number += 1
    return DeliveryRow(
        channel_id=channel.id,
        number=channel.last_number,
        notice_id=notice.id,
        due_at=due_at,
        gathered=gathered,
        message_id="" if gathered else _message_id(channel.id, channel.last_number),
        state=DeliveryState.WAITING,
        attempts=0,
        error="",
    )


def _message_id(channel_id: str, number: int) -> str:
    return f"msg_{channel_id}_{number}"


def _matter(standing: StandingMatter) -> MatterRow:
    return MatterRow(
        id=standing.id, key=standing.matter.key, since=standing.since, over_at=None, matter=standing.matter
    )


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
