"""Rotations: one at a time for each site, begun once for each request, projected for readers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.values import RotationId, SiteId
from store.database.built_once import built_once
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.destroyed import require_files
from store.progress import NewRotation, Progress, Projection, Rotation, RotationStatus
from store.rotation.plans import UnknownPlan
from store.schema.base import table_of
from store.schema.tables import PlanRow, RotationRow
from store.site.sites import known_site, require_in_use
from store.trail.site_trail import Author, NewTrailEvent, SiteTrail, TrailKind

_NEWEST = ListOrder("rotations", (RotationRow.created_at, RotationRow.id), falls=True)


class UnknownRotation(StoreFault):
    """No rotation of that id is kept."""


class SiteBusy(StoreFault):
    """The site has a rotation that is running. `rotation_id` names it."""

    def __init__(self, site_id: str, rotation_id: str) -> None:
        super().__init__(f"site {site_id} runs rotation {rotation_id}: let it end, or cancel it")
        self.rotation_id = RotationId(rotation_id)


class IdempotencyConflict(StoreFault):
    """The idempotency key, or the rotation's id, was used for another request."""


class Stands(NamedTuple):
    """Where a rotation stands, and which run of its workflow may act for it."""

    site_id: SiteId
    status: RotationStatus
    run_id: str
    """The run that was admitted last; empty before the first one."""


class Rotations:
    """The rotations of all sites."""

    def __init__(self, database: Database, trail: SiteTrail) -> None:
        self._database = database
        self._trail = trail

    async def create(
        self,
        new: NewRotation,
        at: datetime,
        *,
        idempotency_key: str | None = None,
        fingerprint: str = "",
        author: Author | None = None,
    ) -> tuple[Rotation, bool]:
        """Begin a rotation. Returns it, and whether this call created it.

        Args:
            new: what is asked for.
            at: the time of the request.
            idempotency_key: names the request: the same one again gets the rotation of the first.
            fingerprint: the hash of the request: the same key with another one is refused.
            author: the identity whose request it is, for the trail; by name only when it is not given.

        Raises:
            IdempotencyConflict: when the key or the id belongs to another request.
            SiteBusy: when the site has a running rotation.
            SiteArchived: when the site is archived.
            KeyDestroyed: when the private key of a certificate was destroyed whose file a task hands out.
            UnknownSite, UnknownPlan: when they are not known.
        """
        started = _started(new, at, author or Author(who=new.started_by))
        await self._trail.ready()
        try:
            return await self._create(new, idempotency_key, fingerprint, started)
        except IntegrityError:
            # The same key was used for another site at the same time. Its row is there now, and decides.
            return await self._create(new, idempotency_key, fingerprint, started)

    async def _create(
        self, new: NewRotation, idempotency_key: str | None, fingerprint: str, started: NewTrailEvent
    ) -> tuple[Rotation, bool]:
        async with self._database.write() as session:
            # Rotations of one site begin one after the other: what is looked at below is still so at the write.
            site = await known_site(session, new.site_id, lock=True)
            first = await _first_of(session, new, idempotency_key)
            if first is not None:
                if first.request_fingerprint != fingerprint:
                    raise IdempotencyConflict(
                        f"rotation {first.id} was begun by another request with the same key or id"
                    )
                return _rotation(first), False
            require_in_use(site.site)
            plan = await session.get(PlanRow, new.plan_id)
            if plan is None:
                raise UnknownPlan(f"no plan of id {new.plan_id} is kept")
            await require_files(session, plan.body)
            busy = await session.scalar(_running(new.site_id))
            if busy is not None:
                raise SiteBusy(new.site_id, busy.id)
            row = RotationRow(
                **new.model_dump(),
                **Projection().model_dump(),
                created_at=started.at,
                updated_at=started.at,
                last_event=0,
                idempotency_key=idempotency_key,
                request_fingerprint=fingerprint,
            )
            session.add(row)
            await session.flush()
            rotation, head = _rotation(row), await self._trail.append_within(session, new.site_id, started)
        await self._trail.note(new.site_id, head)
        return rotation, True

    async def project(
        self, rotation_id: RotationId, progress: Progress, at: datetime, *, number: int | None = None
    ) -> None:
        """Store what a rotation reports of itself at `at`, or what was found out about it.

        Only the fields given are written. A report of an older event than the stored one, or of a running rotation
        after its end, comes late and changes nothing. That it has ended is always taken. Clocks do not decide: one that
        was ahead once would hold up all that is reported until then.

        Args:
            rotation_id: the rotation.
            progress: what is reported.
            at: when.
            number: of the event that the rotation reports; None when another part of the service found it out.

        Raises:
            UnknownRotation: when none of that id is kept.
        """
        async with self._database.write_rows() as connection:
            kept = (await connection.execute(_STANDING, {"rotation": rotation_id})).one_or_none()
            if kept is None:
                raise _unknown(rotation_id)
            number = kept.last_event if number is None else number
            runs = "status" not in progress.model_fields_set or progress.status is RotationStatus.RUNNING
            if runs and (number < kept.last_event or kept.status != RotationStatus.RUNNING):
                return
            fields = {name: getattr(progress, name) for name in progress.model_fields_set}
            newest = max(number, kept.last_event)
            await connection.execute(
                _UPDATE, {**fields, "rotation": rotation_id, "updated_at": at, "last_event": newest}
            )

    async def get(self, rotation_id: RotationId) -> Rotation:
        """The rotation of that id.

        Raises:
            UnknownRotation: when none is kept.
        """
        async with self._database.read() as session:
            return _rotation(await known_rotation(session, rotation_id))

    async def stands(self, rotation_id: RotationId) -> Stands | None:
        """What every activity is held against; None when no rotation of that id is kept."""
        async with self._database.read_rows() as connection:
            kept = (await connection.execute(_STANDS, {"rotation": rotation_id})).one_or_none()
        return None if kept is None else Stands(SiteId(kept.site_id), RotationStatus(kept.status), kept.run_id)

    async def admit(self, rotation_id: RotationId, run_id: str) -> None:
        """Note the run of the workflow that goes on with a rotation: from then on no other one does.

        Raises:
            UnknownRotation: when none of that id is kept.
        """
        async with self._database.write_rows() as connection:
            await lock_rotation(connection, rotation_id)
            await connection.execute(_UPDATE, {"rotation": rotation_id, "run_id": run_id})

    async def running(self, site_id: SiteId) -> Rotation | None:
        """The running rotation of a site."""
        async with self._database.read() as session:
            row = await session.scalar(_running(site_id))
        return None if row is None else _rotation(row)

    async def all_running(self) -> tuple[Rotation, ...]:
        """The running rotations of all sites, the oldest first."""
        async with self._database.read_rows() as connection:
            return tuple(_rotation(row) for row in await connection.execute(_ALL_RUNNING))

    async def unreported(self) -> tuple[Rotation, ...]:
        """Rotations that were recorded and have not reported anything yet, the oldest first."""
        recorded = select(RotationRow).where(RotationRow.status == RotationStatus.RUNNING, RotationRow.last_event == 0)
        async with self._database.read() as session:
            rows = await session.scalars(recorded.order_by(RotationRow.created_at, RotationRow.id))
            return tuple(_rotation(row) for row in rows)

    async def page(
        self,
        asked: PageRequest = FIRST_PAGE,
        *,
        sites: Collection[SiteId] | None = None,
        statuses: Collection[RotationStatus] | None = None,
    ) -> Page[Rotation]:
        """Rotations of some sites or of all, in some states or in any, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(RotationRow)
        if sites is not None:
            wanted = wanted.where(RotationRow.site_id.in_(sites))
        if statuses is not None:
            wanted = wanted.where(RotationRow.status.in_(statuses))
        return await read_page(self._database, wanted, _NEWEST, asked, _rotation)


_STANDING = built_once(
    select(RotationRow.status, RotationRow.last_event)
    .where(RotationRow.id == bindparam("rotation"))
    .with_for_update(key_share=True)
)
_STANDS = built_once(
    select(RotationRow.site_id, RotationRow.status, RotationRow.run_id).where(RotationRow.id == bindparam("rotation"))
)
_ALL_RUNNING = built_once(
    select(table_of(RotationRow))
    .where(RotationRow.status == RotationStatus.RUNNING)
    .order_by(RotationRow.created_at, RotationRow.id)
)
_UPDATE = built_once(update(table_of(RotationRow)).where(RotationRow.id == bindparam("rotation")))
_LOCKED = built_once(
    select(RotationRow.site_id).where(RotationRow.id == bindparam("rotation")).with_for_update(key_share=True)
)


async def lock_rotation(session: AsyncSession | AsyncConnection, rotation_id: str) -> None:
    """Keep others from writing about a rotation until the transaction ends, where the database locks rows.

    Raises:
        UnknownRotation: when none of that id is kept.
    """
    await site_of_locked(session, rotation_id)


async def site_of_locked(session: AsyncSession | AsyncConnection, rotation_id: str) -> SiteId:
    """The site of a rotation, which is locked as by `lock_rotation`.

    Raises:
        UnknownRotation: when none of that id is kept.
    """
    site_id = await session.scalar(_LOCKED, {"rotation": rotation_id})
    if site_id is None:
        raise _unknown(rotation_id)
    return SiteId(site_id)


async def known_rotation(session: AsyncSession, rotation_id: str) -> RotationRow:
    """The row of a rotation.

    Raises:
        UnknownRotation: when none of that id is kept.
    """
    row = await session.get(RotationRow, rotation_id)
    if row is None:
        raise _unknown(rotation_id)
    return row


def _started(new: NewRotation, at: datetime, author: Author) -> NewTrailEvent:
    return NewTrailEvent(
        at=at,
        kind=TrailKind.ROTATION_STARTED,
        message=f"{new.purpose}, by approval of plan {new.plan_id}: {new.why}",
        author=author,
        rotation_id=new.id,
        data={"plan": new.plan_id, "plan_hash": new.plan_hash, "purpose": new.purpose},
    )


def _unknown(rotation_id: str) -> UnknownRotation:
    return UnknownRotation(f"no rotation of id {rotation_id} is kept")


async def _first_of(session: AsyncSession, new: NewRotation, idempotency_key: str | None) -> RotationRow | None:
    if idempotency_key is not None:
        first = await session.scalar(select(RotationRow).where(RotationRow.idempotency_key == idempotency_key))
        if first is not None:
            return first
    return await session.get(RotationRow, new.id)


def _running(site_id: str) -> Select[RotationRow]:
    return select(RotationRow).where(RotationRow.site_id == site_id, RotationRow.status == RotationStatus.RUNNING)


def _rotation(row: RotationRow | Row[Any]) -> Rotation:
    return Rotation.model_validate({name: getattr(row, name) for name in Rotation.model_fields})
