"""Notices that are older than they are kept: each goes with its deliveries, and matters that are long over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.notice.notice import NoticeKind
from store.database.database import Database
from store.database.upsert import ROWS_AT_ONCE
from store.notice.delivery import DeliveryState
from store.schema.tables import DeliveryRow, MatterRow, NoticeChannelRow, NoticeRow

_DERIVED_AGAIN = frozenset({NoticeKind.LATEST_START})
"""Kinds that each look finds again while the certificate is there: their row keeps them from being sent again."""


class OldNotices:
    """What may go."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete(self, before: datetime) -> int:
        """Delete the notices of before a time, a few at a time. Returns how many.

        What stands still stays, since its end goes where its begin went; so does what is on its way, or ended later.
        """
        deleted, last = 0, None
        while True:
            async with self._database.write() as session:
                rows = await _old(session, before, last)
                stands = set(await session.scalars(select(MatterRow.id).where(MatterRow.over_at.is_(None))))
                may_go = [each for each in rows if each.notice.kind not in _DERIVED_AGAIN]
                ids = [each.id for each in may_go if each.notice.matter not in stands]
                await session.execute(delete(DeliveryRow).where(DeliveryRow.notice_id.in_(ids)))
                await session.execute(delete(NoticeRow).where(NoticeRow.id.in_(ids)))
                if not rows:
                    await session.execute(delete(MatterRow).where(MatterRow.over_at < before))
                    return deleted
            deleted, last = deleted + len(ids), (rows[-1].at, rows[-1].id)


async def _old(session: AsyncSession, before: datetime, last: tuple[datetime, str] | None) -> Sequence[NoticeRow]:
    in_use = exists().where(NoticeChannelRow.id == DeliveryRow.channel_id, NoticeChannelRow.removed_at.is_(None))
    on_its_way = and_(DeliveryRow.state == DeliveryState.WAITING, in_use)
    held = exists().where(DeliveryRow.notice_id == NoticeRow.id, or_(on_its_way, DeliveryRow.ended_at >= before))
    old = select(NoticeRow).where(NoticeRow.at < before, ~held).order_by(NoticeRow.at, NoticeRow.id)
    if last is not None:
        at, notice_id = last
        old = old.where(or_(NoticeRow.at > at, and_(NoticeRow.at == at, NoticeRow.id > notice_id)))
    return (await session.scalars(old.limit(ROWS_AT_ONCE))).all()
