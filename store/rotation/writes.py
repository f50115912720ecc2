"""Writes to SEPM: each is noted before it is sent, so that a crash in between leaves a trace."""

from datetime import datetime
from typing import NoReturn

from sqlalchemy import select

from rotation.plan.step import SettingField
from rotation.survey import Pair
from rotation.values import RotationId, SiteId
from store.database.database import Database
from store.fault import StoreFault
from store.rotation.rotations import site_of_locked
from store.rotation.write_admission import WriteGround, WriteNotAdmitted, refusal
from store.rotation.write_rows import (
    ENDED,
    FIRST,
    NEW,
    OF_GROUP,
    SettingWrite,
    WriteOutcome,
    event_of,
    last_write,
    names_of,
    write_of,
)
from store.schema.tables import RotationRow, WriteRow
from store.trail.site_trail import SERVICE, NewTrailEvent, SiteTrail, TrailKind


class UnknownWrite(StoreFault):
    """An outcome of a write that was never noted."""


class Writes:
    """The writes of all rotations."""

    def __init__(self, database: Database, trail: SiteTrail) -> None:
        self._database = database
        self._trail = trail

    async def require(self, ground: WriteGround, pair: Pair, field: SettingField, *, value: str, at: datetime) -> None:
        """Nothing where the rotation may send that write. Ask it before anything is stored for the write's sake.

        Raises:
            WriteNotAdmitted: when the write is none of the rotation's own; an alarm is on the site's trail then.
        """
        async with self._database.write_rows() as connection:
            why_not = await refusal(connection, ground, pair)
        if why_not is not None:
            await self.refuse(ground, pair, field, value=value, at=at, why=why_not)

    async def record_write(
        self,
        ground: WriteGround,
        pair: Pair,
        field: SettingField,
        *,
        value: str,
        at: datetime,
        policy_date_before: datetime,
        sepm_clock: datetime | None = None,
    ) -> SettingWrite:
        """Note a write before it is sent, if the rotation may send it. Returns the note that holds.

        While the last note of the same value has no outcome it is that one: the write may have been sent, so only
        its `policy_date_before` is certain to be from before. Otherwise a new attempt is noted.

        Raises:
            WriteNotAdmitted: when the write is none of the rotation's own; an alarm is on the site's trail then.
        """
        await self._trail.ready()
        async with self._database.write_rows() as connection:
            why_not, head, write = await refusal(connection, ground, pair), None, None
            if why_not is None:
                last = await last_write(connection, names_of(ground.rotation_id, ground.step_id, pair, field))
                if last is not None and last.outcome is None and last.value == value:
                    return last
                write = SettingWrite(
                    rotation_id=ground.rotation_id,
                    step_id=ground.step_id,
                    pair=pair,
                    field=field,
                    value=value,
                    attempt=1 if last is None else last.attempt + 1,
                    policy_date_before=policy_date_before,
                    sepm_clock=sepm_clock,
                    intended_at=at,
                    outcome=None,
                    outcome_at=None,
                    detail="",
                )
                names = {"group_id": pair.group_id, "location_id": pair.location_id}
                await connection.execute(NEW, names | write.model_dump(exclude={"pair"}))
                event = event_of(TrailKind.WRITE_BEGINS, "is about to be written", write, at)
                head = await self._trail.append_within(connection, ground.site_id, event)
        if write is None or head is None:
            # outside of the transaction: its end must not take the alarm along
            await self.refuse(ground, pair, field, value=value, at=at, why=why_not or "")
        await self._trail.note(ground.site_id, head)
        return write

    async def refuse(
        self, ground: WriteGround, pair: Pair, field: SettingField, *, value: str, at: datetime, why: str
    ) -> NoReturn:
        """Put an alarm on the trail of the site.

        Raises:
            WriteNotAdmitted: always.
        """
        alarm = NewTrailEvent(
            at=at,
            kind=TrailKind.WRITE_REFUSED,
            message=f"a write of {field.words} was refused and not sent: {why}",
            author=SERVICE,
            rotation_id=ground.rotation_id,
            data={
                "step": ground.step_id,
                "plan": ground.plan_id,
                "group": pair.group_id,
                "location": pair.location_id,
                "field": field.value,
                "value": value,
            },
        )
        await self._trail.append(ground.site_id, alarm)
        raise WriteNotAdmitted(
            f"step {ground.step_id} of rotation {ground.rotation_id} may not write {field.words} of group "
            f"{pair.group_id}: {why}. Nothing was sent; an alarm is on the trail of site {ground.site_id}"
        )

    async def record_outcome(
        self,
        rotation_id: RotationId,
        step_id: str,
        pair: Pair,
        field: SettingField,
        *,
        outcome: WriteOutcome,
        at: datetime,
        detail: str = "",
    ) -> SettingWrite:
        """Note what became of the last write. The first outcome of an attempt stays.

        Raises:
            UnknownRotation: when no such rotation is kept.
            UnknownWrite: when no write of that setting was noted.
        """
        names = names_of(rotation_id, step_id, pair, field)
        await self._trail.ready()
        async with self._database.write_rows() as connection:
            site_id = await site_of_locked(connection, rotation_id)
            last = await last_write(connection, names)
            if last is None:
                raise UnknownWrite(f"step {step_id} noted no write of {field.words} for group {pair.group_id}")
            if last.outcome is not None:
                return last
            ended = {"outcome": outcome, "outcome_at": at, "detail": detail}
            which = {f"the_{name}": value for name, value in names.items()}
            await connection.execute(ENDED, ended | which | {"the_attempt": last.attempt})
            write = last.model_copy(update=ended)
            ended_as = f"{outcome.value}{detail and ': '}{detail}"
            head = await self._trail.append_within(
                connection, site_id, event_of(TrailKind.WRITE_ENDED, ended_as, write, at)
            )
        await self._trail.note(site_id, head)
        return write

    async def seen(
        self,
        rotation_id: RotationId,
        step_id: str,
        pair: Pair,
        field: SettingField,
        *,
        value: str,
        at: datetime,
    ) -> None:
        """Note that the setting has `value`: a write of it that a crash cut off has done it."""
        async with self._database.read_rows() as connection:
            last = await last_write(connection, names_of(rotation_id, step_id, pair, field))
            if last is None or last.outcome is not None or last.value != value:
                return
        await self.record_outcome(
            rotation_id, step_id, pair, field, outcome=WriteOutcome.APPLIED, at=at, detail="read back after a crash"
        )

    async def written(self, rotation_id: RotationId, step_id: str | None = None) -> tuple[SettingWrite, ...]:
        """The writes of a rotation, or of one step of it, in order of their notes."""
        noted = select(WriteRow).where(WriteRow.rotation_id == rotation_id)
        if step_id is not None:
            noted = noted.where(WriteRow.step_id == step_id)
        order = (WriteRow.intended_at, WriteRow.step_id, WriteRow.group_id, WriteRow.location_id, WriteRow.attempt)
        async with self._database.read() as session:
            return tuple(write_of(row) for row in await session.scalars(noted.order_by(*order)))

    async def of_one_group(self, rotation_id: RotationId) -> tuple[SettingWrite, ...]:
        """The writes of the group that the rotation wrote first, in order of their notes."""
        async with self._database.read_rows() as connection:
            first = (await connection.execute(FIRST, {"the_rotation_id": rotation_id})).one_or_none()
            if first is None:
                return ()
            which = {"the_rotation_id": rotation_id, "the_group_id": first.group_id}
            return tuple(write_of(row) for row in await connection.execute(OF_GROUP, which))

    async def of_site(self, site_id: SiteId, field: SettingField) -> tuple[SettingWrite, ...]:
        """The writes of one setting by all rotations of a site, in order of their notes."""
        noted = (
            select(WriteRow)
            .join(RotationRow, RotationRow.id == WriteRow.rotation_id)
            .where(RotationRow.site_id == site_id, WriteRow.field == field)
            .order_by(WriteRow.intended_at, WriteRow.attempt)
        )
        async with self._database.read() as session:
            return tuple(write_of(row) for row in await session.scalars(noted))
