"""What the service last found out about itself. Keeping it shows, too, that the store can be written."""

from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from rotation.standing.reconciliation import Reconciliation
from store.database.database import Database
from store.database.disk_space import StoreFull, is_full, require_room
from store.schema.reconciliation_table import ReconciliationRow

_RESERVE = 16 * 1024
"""Bytes that are written beside it. An event with its projection takes less: where this fits, one does."""


class Reconciliations:
    """The newest reconciliation of all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, found: Reconciliation) -> None:
        """Keep it instead of older ones, of any process.

        Raises:
            StoreFull: when the store has no room.
        """
        require_room(self._database)
        row = ReconciliationRow(id=uuid4().hex, taken_at=found.taken_at, found=found, reserve=bytes(_RESERVE))
        try:
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                await session.execute(delete(ReconciliationRow).where(ReconciliationRow.id != row.id))
        except DBAPIError as error:
            if not is_full(error):
                raise
            raise StoreFull(str(error.orig)) from error

    async def newest(self) -> Reconciliation | None:
        """The newest one; None: no process has looked yet."""
        async with self._database.read() as session:
            row = await session.scalar(select(ReconciliationRow).order_by(ReconciliationRow.taken_at.desc()).limit(1))
        return None if row is None else row.found
