"""Which worker derives and delivers notices: one at a time, so that messages of a channel stay in order."""

from datetime import datetime, timedelta

from store.database.database import Database
from store.database.upsert import insert_into
from store.schema.tables import NoticeLeaseRow

_NAME = "notices"
_LASTS = timedelta(minutes=2)


class NoticeLease:
    """The lease, which a worker renews while it works. One that has ended is free for the others two minutes later."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, holder: str, at: datetime) -> bool:
        """Take or renew the lease. False: another worker has it."""
        new = {"name": _NAME, "holder": holder, "until": at + _LASTS}
        async with self._database.write() as session:
            await session.execute(insert_into(session, NoticeLeaseRow).on_conflict_do_nothing(), [new])
            row = await session.get_one(NoticeLeaseRow, _NAME, with_for_update=True)
            # an end that lies further ahead than any lease was set by a clock that was wrong
            if row.holder != holder and at < row.until <= at + _LASTS:
                return False
            row.holder, row.until = holder, at + _LASTS
            return True

    async def taken_at(self) -> datetime | None:
        """When a worker has last taken or renewed it, or given it back; None: none ever did."""
        async with self._database.read() as session:
            row = await session.get(NoticeLeaseRow, _NAME)
            return None if row is None else row.until - _LASTS

    async def give_back(self, holder: str, at: datetime) -> None:
        """Let another worker have it at once."""
        async with self._database.write() as session:
            row = await session.get(NoticeLeaseRow, _NAME, with_for_update=True)
            if row is not None and row.holder == holder:
                row.until = at
