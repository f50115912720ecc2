"""Swaps: when a server's certificate was opened for replacement, and when the wanted one was first seen."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.values import Fingerprint, RotationId, ServerName, Value
from store.database import Database
from store.rotations import lock_rotation
from store.tables import SwapRow


class SwapRecord(Value):
    """What is recorded of one swap of one server: forth, or back again."""

    server: ServerName
    target: Fingerprint
    """The certificate that the server shall present."""
    opened_at: datetime | None
    """When the task was opened to replace it."""
    former_seen: datetime | None
    """SEPM's clock when the probe last saw the certificate that goes: the swap came after it."""
    first_seen: datetime | None
    """SEPM's clock when the probe first saw the wanted one."""
    seen_at: datetime | None
    """Our own clock then."""


class Swaps:
    """The swaps of all rotations. When one was opened, and first seen, is written once, unless somebody undid it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opened(
        self, rotation_id: RotationId, server: ServerName, target: Fingerprint, at: datetime
    ) -> SwapRecord:
        """Note that the certificate may be replaced from now on.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write() as session:
            row = await _row(session, rotation_id, server, target)
            if row.opened_at is None:
                row.opened_at = at
            return _swap(row)

    async def not_yet(
        self, rotation_id: RotationId, server: ServerName, target: Fingerprint, clock: datetime
    ) -> SwapRecord:
        """Note that at `clock`, on SEPM's, the server still presented the certificate that goes.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write() as session:
            row = await _row(session, rotation_id, server, target)
            if row.first_seen is None and (row.former_seen is None or row.former_seen < clock):
                row.former_seen = clock
            return _swap(row)

    async def seen(
        self,
        rotation_id: RotationId,
        server: ServerName,
        target: Fingerprint,
        *,
        first_seen: datetime,
        seen_at: datetime,
    ) -> SwapRecord:
        """Note that the server was seen with the wanted certificate. The first time stays.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        return await self._note_seen(rotation_id, (server, target), (first_seen, seen_at), stays=True)

    async def again(
        self,
        rotation_id: RotationId,
        server: ServerName,
        target: Fingerprint,
        *,
        first_seen: datetime,
        seen_at: datetime,
    ) -> SwapRecord:
        """Note that the server presents the wanted certificate again, after it presented another one meanwhile.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        return await self._note_seen(rotation_id, (server, target), (first_seen, seen_at), stays=False)

    async def _note_seen(
        self,
        rotation_id: RotationId,
        swap: tuple[ServerName, Fingerprint],
        times: tuple[datetime, datetime],
        *,
        stays: bool,
    ) -> SwapRecord:
        async with self._database.write() as session:
            row = await _row(session, rotation_id, *swap)
            if row.first_seen is None or not stays:
                row.first_seen, row.seen_at = times
            return _swap(row)

    async def get(self, rotation_id: RotationId, server: ServerName, target: Fingerprint) -> SwapRecord | None:
        """The swap of a server to a certificate; None when it was not opened yet."""
        async with self._database.read() as session:
            row = await session.get(SwapRow, (rotation_id, server, target))
        return None if row is None else _swap(row)

    async def of(self, rotation_id: RotationId) -> tuple[SwapRecord, ...]:
        """The swaps of a rotation, opened or seen."""
        kept = select(SwapRow).where(SwapRow.rotation_id == rotation_id).order_by(SwapRow.server, SwapRow.target)
        async with self._database.read() as session:
            return tuple(_swap(row) for row in await session.scalars(kept))


async def _row(session: AsyncSession, rotation_id: str, server: str, target: str) -> SwapRow:
    await lock_rotation(session, rotation_id)
    row = await session.get(SwapRow, (rotation_id, server, target))
    if row is None:
        row = SwapRow(
            rotation_id=rotation_id,
            server=server,
            target=target,
            opened_at=None,
            former_seen=None,
            first_seen=None,
            seen_at=None,
        )
        session.add(row)
    return row


def _swap(row: SwapRow) -> SwapRecord:
    return SwapRecord(
        server=ServerName(row.server),
        target=Fingerprint(row.target),
        opened_at=row.opened_at,
        former_seen=row.former_seen,
        first_seen=row.first_seen,
        seen_at=row.seen_at,
    )
