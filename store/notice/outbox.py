"""The outbox: notices, kept once, and their way over each channel, in order.

What is derived is kept in one transaction with how far it was derived. A notice that is known is not kept again, so the
same look may be made again after a crash, or by another worker.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.notice.changes import Changes
from rotation.notice.matter import StandingMatter
from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.routing import due, is_gathered, is_wanted
from store.database.database import Database
from store.database.upsert import insert_into
from store.notice.channels import UnknownChannel
from store.notice.delivery import DeliveryState, message_id_of
from store.notice.matters import Followed
from store.schema.tables import DeliveryRow, FollowedRotationRow, MatterRow, NoticeChannelRow, NoticeRow


class Outbox:
    """Takes notices, and gives each to the channels that want it."""

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
        """Have one notice go over one channel at once, whatever the channel is for, and once. Returns its message's id.

        Raises:
            UnknownChannel: when none of that id is in use.
        """
        async with self._database.write() as session:
            channel = next(iter(await _in_use(session, channel_id)), None)
            if channel is None:
                raise UnknownChannel(f"no channel of id {channel_id} is in use")
            before = await session.scalar(
                select(DeliveryRow.message_id).where(
                    DeliveryRow.channel_id == channel_id, DeliveryRow.notice_id == notice.id
                )
            )
            if before is not None:
                return before
            channel.retry_at = None
            await session.execute(insert_into(session, NoticeRow).on_conflict_do_nothing(), [_row(notice)])
            row = _delivery(channel, notice, notice.at, gathered=False)
            session.add(row)
            return row.message_id

    async def catch_up(self, channel_id: str) -> None:
        """Have what waits for a person now go over a channel that is new: it began before there was this channel.

        Raises:
            UnknownChannel: when none of that id is in use.
        """
        async with self._database.write() as session:
            channel = next(iter(await _in_use(session, channel_id)), None)
            if channel is None:
                raise UnknownChannel(f"no channel of id {channel_id} is in use")
            standing = await session.scalars(
                select(MatterRow).where(MatterRow.over_at.is_(None)).order_by(MatterRow.since)
            )
            for row in standing.all():
                notice = StandingMatter(matter=row.matter, since=row.since).raised()
                await session.execute(insert_into(session, NoticeRow).values(_row(notice)).on_conflict_do_nothing())
                if is_wanted(channel.settings, notice) and not await _has(session, channel, notice):
                    session.add(_wanted(channel, notice))

    async def used_since(self) -> datetime | None:
        """When the first of the channels in use was added; None where there is none."""
        async with self._database.read() as session:
            first = select(func.min(NoticeChannelRow.added_at)).where(NoticeChannelRow.removed_at.is_(None))
            return await session.scalar(first)

    async def has_channels(self) -> bool:
        """Whether any channel is in use: without one nothing is derived."""
        async with self._database.read() as session:
            return bool(await session.scalar(select(exists().where(NoticeChannelRow.removed_at.is_(None)))))


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
        old = not notice.matter and notice.at < channel.added_at
        if old or not is_wanted(settings, notice):
            continue
        if notice.kind is NoticeKind.OVER and not await _was_called(session, channel, notice):
            continue
        session.add(_wanted(channel, notice))
        await session.flush()
    return True


def _wanted(channel: NoticeChannelRow, notice: Notice) -> DeliveryRow:
    settings = channel.settings
    zone = ZoneInfo(settings.quiet.zone) if settings.quiet else UTC
    return _delivery(channel, notice, due(settings, notice, zone), gathered=is_gathered(settings, notice))


async def _has(session: AsyncSession, channel: NoticeChannelRow, notice: Notice) -> bool:
    known = exists().where(DeliveryRow.channel_id == channel.id, DeliveryRow.notice_id == notice.id)
    return bool(await session.scalar(select(known)))


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
        message_id="" if gathered else message_id_of(channel.id, channel.last_number),
        state=DeliveryState.WAITING,
        attempts=0,
        error="",
    )


def _matter(standing: StandingMatter) -> MatterRow:
    return MatterRow(
        id=standing.id, key=standing.matter.key, since=standing.since, over_at=None, matter=standing.matter
    )
