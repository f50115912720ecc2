"""Originals that a person gives to a store which has lost them: recorded whole, with their rotation, or not at all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.database.database import Database
from store.fault import StoreFault
from store.progress import NewRotation, Progress, RotationStatus
from store.rotation.originals import Original
from store.rotation.rotations import SiteBusy
from store.schema.tables import OriginalRow, RestoreRow, RotationRow
from store.site.sites import known_site
from store.trail.site_trail import Author, NewTrailEvent, SiteTrail, TrailKind


class OriginalsKept(StoreFault):
    """The store knows the rotation of these originals, and what became of them: its own record stays."""


class GivenOriginals:
    """Takes originals in."""

    def __init__(self, database: Database, trail: SiteTrail) -> None:
        self._database = database
        self._trail = trail

    async def take_in(
        self, new: NewRotation, originals: Sequence[Original], at: datetime, author: Author | None = None
    ) -> None:
        """Record `originals` with their rotation, which counts as ended from outside.

        A rotation that the store knows, and that has recorded nothing yet, gets them too: its store is an older copy.

        Raises:
            UnknownSite: when the site is not registered.
            SiteBusy: when the site has a running rotation.
            OriginalsKept: when the rotation has originals here, was restored, or is another site's.
        """
        await self._trail.ready()
        async with self._database.write() as session:
            # as for a new rotation: what is looked at below is still so at the write
            await known_site(session, new.site_id, lock=True)
            runs = (RotationRow.site_id == new.site_id, RotationRow.status == RotationStatus.RUNNING)
            busy = await session.scalar(select(RotationRow.id).where(*runs))
            if busy is not None:
                raise SiteBusy(new.site_id, busy)
            row = await session.get(RotationRow, new.id)
            if row is None:
                session.add(_ended(new, at))
            else:
                await _refuse_kept(session, row, new)
                row.plan_id, row.plan_hash = new.plan_id, new.plan_hash
            await session.flush()
            session.add_all(_row(original) for original in originals)
            taken_in = NewTrailEvent(
                at=at,
                kind=TrailKind.ORIGINALS_TAKEN_IN,
                message=f"{len(originals)} original settings, from a file: {new.why}",
                author=author or Author(who=new.started_by),
                rotation_id=new.id,
            )
            head = await self._trail.append_within(session, new.site_id, taken_in)
        await self._trail.note(new.site_id, head)


async def _refuse_kept(session: AsyncSession, row: RotationRow, new: NewRotation) -> None:
    if row.site_id != new.site_id:
        raise OriginalsKept(f"rotation {row.id} is one of site {row.site_id}, not of {new.site_id}")
    own = select(OriginalRow.group_id).where(OriginalRow.rotation_id == row.id).limit(1)
    restored = await session.get(RestoreRow, row.id) is not None
    if restored or row.status != RotationStatus.TERMINATED or await session.scalar(own) is not None:
        raise OriginalsKept(f"rotation {row.id} is known here, has the status {row.status} and has nothing to put back")


def _ended(new: NewRotation, at: datetime) -> RotationRow:
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=at)
    return RotationRow(
        **new.model_dump(),
        **ended.model_dump(exclude={"plan_id", "plan_hash"}),
        created_at=at,
        updated_at=at,
        last_event=0,
        idempotency_key=None,
        request_fingerprint="",
    )


def _row(original: Original) -> OriginalRow:
    return OriginalRow(
        rotation_id=original.rotation_id,
        group_id=original.pair.group_id,
        location_id=original.pair.location_id,
        site_id=original.site_id,
        group_path=original.group_path,
        location_name=original.location_name,
        settings=original.settings,
        recorded_at=original.recorded_at,
    )
