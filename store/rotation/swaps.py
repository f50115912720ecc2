"""Swaps: when a server's certificate was opened for replacement, and when the wanted one was first seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.values import Fingerprint, RotationId, ServerName, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.keys.mac_key import Codes, MacKey
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import RotationRow, SwapRow
from store.site.fingerprints import swap_code


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


_OF = built_once(
    select(table_of(SwapRow))
    .where(SwapRow.rotation_id == bindparam("rotation"))
    .order_by(SwapRow.server, SwapRow.target)
)


_OF_SITE = built_once(
    select(table_of(SwapRow))
    .join(RotationRow, RotationRow.id == SwapRow.rotation_id)
    .where(RotationRow.site_id == bindparam("site"))
    .order_by(SwapRow.server, SwapRow.target)
)
_IS_ONE = (
    (SwapRow.rotation_id == bindparam("rotation"))
    & (SwapRow.server == bindparam("at_server"))
    & (SwapRow.target == bindparam("to_target"))
)
_ONE = built_once(select(table_of(SwapRow)).where(_IS_ONE))
_NEW = built_once(insert(table_of(SwapRow)))
_UPDATE = built_once(update(table_of(SwapRow)).where(_IS_ONE))


class Swaps:
    """The swaps of all rotations. When one was opened, and first seen, is written once, unless a person undid it."""

    def __init__(self, database: Database, mac_key: MacKey) -> None:
        self._database = database
        self._mac_key = mac_key

    async def opened(
        self, rotation_id: RotationId, server: ServerName, target: Fingerprint, at: datetime
    ) -> SwapRecord:
        """Note that the certificate may be replaced from now on.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        codes = await self._mac_key.codes()
        async with self._database.write_rows() as connection:
            kept = await _kept(connection, codes, rotation_id, server, target)
            if kept.opened_at is not None:
                return kept
            return await _keep(connection, rotation_id, kept.model_copy(update={"opened_at": at}))

    async def not_yet(
        self, rotation_id: RotationId, server: ServerName, target: Fingerprint, clock: datetime
    ) -> SwapRecord:
        """Note that at `clock`, on SEPM's, the server still presented the certificate that goes.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        codes = await self._mac_key.codes()
        async with self._database.write_rows() as connection:
            kept = await _kept(connection, codes, rotation_id, server, target)
            if kept.first_seen is not None or (kept.former_seen is not None and kept.former_seen >= clock):
                return kept
            return await _keep(connection, rotation_id, kept.model_copy(update={"former_seen": clock}))

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
        codes = await self._mac_key.codes()
        async with self._database.write_rows() as connection:
            kept = await _kept(connection, codes, rotation_id, *swap)
            if kept.first_seen is not None and stays:
                return kept
            seen = {"first_seen": times[0], "seen_at": times[1]}
            return await _keep(connection, rotation_id, kept.model_copy(update=seen))

    async def get(self, rotation_id: RotationId, server: ServerName, target: Fingerprint) -> SwapRecord | None:
        """The swap of a server to a certificate; None when it was not opened yet."""
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_ONE, _names(rotation_id, server, target))).one_or_none()
        return None if row is None else _swap(row)

    async def of(self, rotation_id: RotationId) -> tuple[SwapRecord, ...]:
        """The swaps of a rotation, opened or seen."""
        async with self._database.read_rows() as connection:
            return tuple(_swap(row) for row in await connection.execute(_OF, {"rotation": rotation_id}))

    async def of_site(self, site_id: SiteId) -> tuple[SwapRecord, ...]:
        """The swaps of all rotations of a site."""
        async with self._database.read_rows() as connection:
            return tuple(_swap(row) for row in await connection.execute(_OF_SITE, {"site": site_id}))


async def _kept(
    connection: AsyncConnection, codes: Codes, rotation_id: RotationId, server: ServerName, target: Fingerprint
) -> SwapRecord:
    """What is recorded of a swap, which no other transaction changes until this one ends."""
    await lock_rotation(connection, rotation_id)
    names = _names(rotation_id, server, target)
    row = (await connection.execute(_ONE, names)).one_or_none()
    if row is not None:
        return _swap(row)
    nothing = dict.fromkeys(("opened_at", "former_seen", "first_seen", "seen_at"))
    fresh = {"rotation_id": rotation_id, "server": server, "target": target, **nothing, "settled_at": None}
    await connection.execute(_NEW, {**fresh, "code": swap_code(codes, rotation_id, server, target)})
    return SwapRecord.model_validate({"server": server, "target": target, **nothing})


async def _keep(connection: AsyncConnection, rotation_id: RotationId, swap: SwapRecord) -> SwapRecord:
    times = swap.model_dump(exclude={"server", "target"})
    await connection.execute(_UPDATE, {**_names(rotation_id, swap.server, swap.target), **times})
    return swap


def _names(rotation_id: str, server: str, target: str) -> dict[str, str]:
    return {"rotation": rotation_id, "at_server": server, "to_target": target}


def _swap(row: Row[*tuple[Any, ...]]) -> SwapRecord:
    return SwapRecord(
        server=ServerName(row.server),
        target=Fingerprint(row.target),
        opened_at=row.opened_at,
        former_seen=row.former_seen,
        first_seen=row.first_seen,
        seen_at=row.seen_at,
    )
