"""Original settings: what every pair was before the first change, and what it gets back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, select
from sqlalchemy.orm import aliased

from rotation.survey import Pair, PairSettings
from rotation.values import GroupId, LocationId, RotationId, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import insert_into
from store.progress import RotationStatus
from store.schema.base import table_of
from store.schema.tables import OriginalRow, RestoreRow, RotationRow, SiteRow


class Original(Value):
    """A pair as it was before the first change of a rotation."""

    rotation_id: RotationId
    site_id: SiteId
    pair: Pair
    group_path: str
    location_name: str
    settings: PairSettings
    recorded_at: datetime


_OF = built_once(
    select(table_of(OriginalRow))
    .where(OriginalRow.rotation_id == bindparam("rotation"))
    .order_by(OriginalRow.group_path, OriginalRow.location_name, OriginalRow.location_id)
)

_RUNS = aliased(RotationRow)
_UNRESTORED = (
    exists().where(OriginalRow.rotation_id == RotationRow.id),
    ~exists().where(RestoreRow.rotation_id == RotationRow.id),
)
"""A rotation that has originals and is not marked restored."""
_LEFT_CHANGED = built_once(
    select(RotationRow.id, RotationRow.site_id, SiteRow.site)
    .join(SiteRow, SiteRow.id == RotationRow.site_id)
    .where(
        *_UNRESTORED,
        ~exists().where(_RUNS.site_id == RotationRow.site_id, _RUNS.status == RotationStatus.RUNNING),
    )
    .order_by(RotationRow.created_at, RotationRow.id)
)
"""The newest of a site comes last."""


class Originals:
    """The original settings of all rotations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self,
        rotation_id: RotationId,
        site_id: SiteId,
        pair: Pair,
        *,
        group_path: str,
        location_name: str,
        settings: PairSettings,
        at: datetime,
    ) -> None:
        """Keep what `pair` is before the first change. The first record wins for ever; a later one changes nothing."""
        async with self._database.write() as session:
            first = insert_into(session, OriginalRow).values(
                rotation_id=rotation_id,
                group_id=pair.group_id,
                location_id=pair.location_id,
                site_id=site_id,
                group_path=group_path,
                location_name=location_name,
                settings=settings,
                recorded_at=at,
            )
            await session.execute(first.on_conflict_do_nothing())

    async def of(self, rotation_id: RotationId) -> tuple[Original, ...]:
        """The originals of a rotation, by path and location."""
        async with self._database.read_rows() as connection:
            return tuple(_original(row) for row in await connection.execute(_OF, {"rotation": rotation_id}))

    async def unrestored(self, site_id: SiteId, *, but: RotationId | None = None) -> tuple[Original, ...]:
        """The originals of the site's newest rotation that has some and is not marked restored; else none.

        A rotation that is running counts: until it is marked, its originals are what the site must get back.

        Args:
            site_id: the site.
            but: a rotation that does not count: the one that asks what the rotations before it left behind.
        """
        newest = (
            select(RotationRow.id)
            .where(RotationRow.site_id == site_id, *_UNRESTORED)
            .order_by(RotationRow.created_at.desc(), RotationRow.id.desc())
            .limit(1)
        )
        if but is not None:
            newest = newest.where(RotationRow.id != but)
        async with self._database.read() as session:
            rotation_id = await session.scalar(newest)
        return () if rotation_id is None else await self.of(RotationId(rotation_id))

    async def left_changed(self) -> tuple[tuple[RotationId, SiteId], ...]:
        """Of each site in use where no rotation runs: the newest one that has originals and is not marked restored.

        A person who archives such a site has accepted that.
        """
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_LEFT_CHANGED)
            found = {row.site_id: row.id for row in rows if row.site.archived_at is None}
        return tuple((RotationId(rotation_id), SiteId(site_id)) for site_id, rotation_id in found.items())

    async def mark_restored(self, rotation_id: RotationId, at: datetime) -> None:
        """Note that every original of the rotation was seen restored. The first time stays."""
        async with self._database.write() as session:
            mark = insert_into(session, RestoreRow).values(rotation_id=rotation_id, restored_at=at)
            await session.execute(mark.on_conflict_do_nothing())

    async def restored_at(self, rotation_id: RotationId) -> datetime | None:
        """When every original of the rotation was seen restored; None when that was never marked."""
        async with self._database.read() as session:
            row = await session.get(RestoreRow, rotation_id)
        return None if row is None else row.restored_at


def _original(row: Row[*tuple[Any, ...]]) -> Original:
    return Original(
        rotation_id=RotationId(row.rotation_id),
        site_id=SiteId(row.site_id),
        pair=Pair(group_id=GroupId(row.group_id), location_id=LocationId(row.location_id)),
        group_path=row.group_path,
        location_name=row.location_name,
        settings=row.settings,
        recorded_at=row.recorded_at,
    )
