"""A write as a row of the store, and the statements that note it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.plan.step import SettingField
from rotation.survey import Pair
from rotation.values import GroupId, LocationId, RotationId, Value
from store.database.built_once import built_once
from store.schema.base import table_of
from store.schema.tables import WriteRow
from store.trail.site_trail import SERVICE, NewTrailEvent, TrailKind


class WriteOutcome(StrEnum):
    """What became of a write, as read back."""

    APPLIED = "applied"
    NO_EFFECT = "no-effect"
    """It was answered well, and reading back shows the old value."""
    REFUSED = "refused"


class SettingWrite(Value):
    """A write of one setting of one pair; `outcome` is None until it was read back."""

    rotation_id: RotationId
    step_id: str
    pair: Pair
    field: SettingField
    value: str
    attempt: int
    policy_date_before: datetime
    """The owner's `policyDate` as read before the write was sent for the first time."""
    sepm_clock: datetime | None = None
    """SEPM's own clock then, cut to the second; None of a write that an earlier version has noted."""
    intended_at: datetime
    outcome: WriteOutcome | None
    outcome_at: datetime | None
    detail: str


_WRITES = table_of(WriteRow)
_OF = ("rotation_id", "step_id", "group_id", "location_id", "field")
"""What tells the writes of one setting in one step from any other."""
_LAST = built_once(
    select(_WRITES)
    .where(*(_WRITES.c[name] == bindparam(f"the_{name}") for name in _OF))
    .order_by(_WRITES.c.attempt.desc())
    .limit(1)
)
_OF_ROTATION = _WRITES.c.rotation_id == bindparam("the_rotation_id")
_IN_ORDER = (_WRITES.c.intended_at, _WRITES.c.step_id, _WRITES.c.location_id, _WRITES.c.attempt)
FIRST = built_once(select(_WRITES.c.group_id).where(_OF_ROTATION).order_by(*_IN_ORDER).limit(1))
OF_GROUP = built_once(
    select(_WRITES).where(_OF_ROTATION, _WRITES.c.group_id == bindparam("the_group_id")).order_by(*_IN_ORDER)
)
NEW = built_once(insert(_WRITES))
ENDED = built_once(
    update(_WRITES)
    .where(*(_WRITES.c[name] == bindparam(f"the_{name}") for name in (*_OF, "attempt")))
    .values({name: bindparam(name) for name in ("outcome", "outcome_at", "detail")})
)


def event_of(kind: TrailKind, text: str, write: SettingWrite, at: datetime) -> NewTrailEvent:
    """The write as an event of its site's trail."""
    return NewTrailEvent(
        at=at,
        kind=kind,
        message=f"{write.field.value}: {text}",
        author=SERVICE,
        rotation_id=write.rotation_id,
        data={
            "step": write.step_id,
            "group": write.pair.group_id,
            "location": write.pair.location_id,
            "field": write.field.value,
            "value": write.value,
            "attempt": write.attempt,
            "outcome": write.outcome.value if write.outcome else None,
        },
    )


def names_of(rotation_id: str, step_id: str, pair: Pair, field: SettingField) -> dict[str, object]:
    """The names of the columns that tell the writes of one setting in one step, with their values."""
    values = (rotation_id, step_id, pair.group_id, pair.location_id, field)
    return dict(zip(_OF, values, strict=True))


async def last_write(connection: AsyncConnection, names: dict[str, object]) -> SettingWrite | None:
    """The newest write of these names; None where none was noted."""
    given = {f"the_{name}": value for name, value in names.items()}
    row = (await connection.execute(_LAST, given)).one_or_none()
    return None if row is None else write_of(row)


def write_of(row: WriteRow | Row[*tuple[Any, ...]]) -> SettingWrite:
    """The write of a row."""
    return SettingWrite(
        rotation_id=RotationId(row.rotation_id),
        step_id=row.step_id,
        pair=Pair(group_id=GroupId(row.group_id), location_id=LocationId(row.location_id)),
        field=SettingField(row.field),
        value=row.value,
        attempt=row.attempt,
        policy_date_before=row.policy_date_before,
        sepm_clock=row.sepm_clock,
        intended_at=row.intended_at,
        outcome=None if row.outcome is None else WriteOutcome(row.outcome),
        outcome_at=row.outcome_at,
        detail=row.detail,
    )
