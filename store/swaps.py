"""Swaps: when a server's certificate was opened for replacement, and when the new one was first seen."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.values import Fingerprint, RotationId, ServerName, Value
from store.database import Database
from store.rotations import known_rotation
from store.tables import SwapRow


class SwapRecord(Value):
    """What is recorded of the swap of one server."""

    server: ServerName
    opened_at: datetime | None
    """When the task was opened to replace it."""
    first_seen: datetime | None
    """SEPM's clock when the probe first saw the new certificate."""
    seen_at: datetime | None
    """Our own clock then."""
    fingerprint: Fingerprint | None
    """The certificate that it then served."""


class Swaps:
    """The swaps of all rotations. What is recorded first wins for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opened(self, rotation_id: RotationId, server: ServerName, at: datetime) -> SwapRecord:
        """Note that the certificate may be replaced from now on.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write() as session:
            row = await _row(session, rotation_id, server)
            if row.opened_at is None:
                row.opened_at = at
            return _swap(row)

    async def seen(
        self,
        rotation_id: RotationId,
        server: ServerName,
        *,
        first_seen: datetime,
        seen_at: datetime,
        fingerprint: Fingerprint,
    ) -> SwapRecord:
        """Note that the server was seen with its new certificate.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write() as session:
            row = await _row(session, rotation_id, server)
            if row.first_seen is None:
                row.first_seen, row.seen_at, row.fingerprint = first_seen, seen_at, fingerprint
            return _swap(row)

    async def get(self, rotation_id: RotationId, server: ServerName) -> SwapRecord | None:
        """The swap of a server; None when it was not opened yet."""
        async with self._database.read() as session:
            row = await session.get(SwapRow, (rotation_id, server))
        return None if row is None else _swap(row)

    async def of(self, rotation_id: RotationId) -> dict[ServerName, SwapRecord]:
        """The swaps of a rotation, opened or seen."""
        kept = select(SwapRow).where(SwapRow.rotation_id == rotation_id).order_by(SwapRow.server)
        async with self._database.read() as session:
            return {ServerName(row.server): _swap(row) for row in await session.scalars(kept)}


async def _row(session: AsyncSession, rotation_id: str, server: str) -> SwapRow:
    await known_rotation(session, rotation_id, lock=True)
    row = await session.get(SwapRow, (rotation_id, server))
    if row is None:
        row = SwapRow(
            rotation_id=rotation_id, server=server, opened_at=None, first_seen=None, seen_at=None, fingerprint=None
        )
        session.add(row)
    return row


def _swap(row: SwapRow) -> SwapRecord:
    return SwapRecord(
        server=ServerName(row.server),
        opened_at=row.opened_at,
        first_seen=row.first_seen,
        seen_at=row.seen_at,
        fingerprint=None if row.fingerprint is None else Fingerprint(row.fingerprint),
    )
