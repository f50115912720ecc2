"""What waits for a person, as it was last seen, and how far the trails of rotations were read for notices."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from rotation.notice.matter import StandingMatter
from rotation.values import RotationId, Value
from store.database.database import Database
from store.schema.tables import FollowedRotationRow, MatterRow


class Followed(Value):
    """How far a rotation was followed."""

    rotation_id: RotationId
    event_number: int = 0
    step_id: str = ""
    step_since: datetime
    """Since when its step is known."""
    ended: bool = False


class Matters:
    """What was seen last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self) -> tuple[StandingMatter, ...]:
        """What waits, the oldest first."""
        wanted = select(MatterRow).where(MatterRow.over_at.is_(None)).order_by(MatterRow.since, MatterRow.id)
        async with self._database.read() as session:
            return tuple(StandingMatter(matter=row.matter, since=row.since) for row in await session.scalars(wanted))

    async def followed(self) -> dict[RotationId, Followed]:
        """The rotations that had not ended when they were last looked at."""
        wanted = select(FollowedRotationRow).where(FollowedRotationRow.ended.is_(False))
        async with self._database.read() as session:
            rows = await session.scalars(wanted.order_by(FollowedRotationRow.rotation_id))
            return {RotationId(row.rotation_id): _followed(row) for row in rows}

    async def ended(self, among: Collection[RotationId]) -> frozenset[RotationId]:
        """Those of some rotations whose end was seen."""
        seen = select(FollowedRotationRow.rotation_id).where(
            FollowedRotationRow.ended, FollowedRotationRow.rotation_id.in_(among)
        )
        async with self._database.read() as session:
            return frozenset(map(RotationId, await session.scalars(seen)))


def _followed(row: FollowedRotationRow) -> Followed:
    return Followed(
        rotation_id=RotationId(row.rotation_id),
        event_number=row.event_number,
        step_id=row.step_id,
        step_since=row.step_since,
        ended=row.ended,
    )
