"""Whether a write to SEPM is one of the rotation's own: every write asks this before it is sent."""

import json

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.drift.judged_drift import JudgedDrift
from rotation.running.ends import end_words
from rotation.survey import Pair
from rotation.values import FoundId, PlanId, RotationId, SiteId, Value
from store.database.built_once import built_once
from store.fault import StoreFault
from store.progress import RotationStatus
from store.schema.tables import EventRow, FoundRow, PlanRow, RotationRow

_STEP_BEGAN = "step-began"
"""The kind of the event by which a rotation reports that it begins a step."""
_BACK = "back-"
"""The prefix of a step's id while a cancel undoes it (rotation.procedure.turning_back)."""
_ROTATION = built_once(
    select(RotationRow.site_id, RotationRow.status, RotationRow.plan_id, RotationRow.plan_hash)
    .where(RotationRow.id == bindparam("rotation"))
    .with_for_update(key_share=True)
)
_PLAN = built_once(select(PlanRow.hash, PlanRow.site_id).where(PlanRow.id == bindparam("plan")))
_BEGAN = built_once(
    select(EventRow.data)
    .where(EventRow.rotation_id == bindparam("rotation"), EventRow.kind == _STEP_BEGAN)
    .order_by(EventRow.number.desc())
    .limit(1)
)
_FOUND = built_once(
    select(FoundRow.found).where(FoundRow.rotation_id == bindparam("rotation"), FoundRow.id == bindparam("found"))
)


class WriteNotAdmitted(StoreFault):
    """A write that is none of the rotation's own. It was not sent, and an alarm is on the trail of the site."""


class WriteGround(Value):
    """By what right a rotation writes."""

    rotation_id: RotationId
    site_id: SiteId
    plan_id: PlanId
    step_id: str
    found: FoundId | None = None
    """What a look has found and the write puts right; None where the step itself writes."""


async def refusal(connection: AsyncConnection, ground: WriteGround, pair: Pair) -> str | None:
    """Why the write is not admitted; None where it is.

    1. the rotation runs, at this site
    2. by the plan that the store has for it, with the approved hash
    3. the step is the one that it began last, forth or back; or the write puts right what a look has recorded of this
       pair, which that step had written before
    """
    rotation = (await connection.execute(_ROTATION, {"rotation": ground.rotation_id})).one_or_none()
    if rotation is None:
        return f"no rotation of id {ground.rotation_id} is kept"
    if rotation.site_id != ground.site_id:
        return f"rotation {ground.rotation_id} is one of site {rotation.site_id}"
    if rotation.status != RotationStatus.RUNNING:
        return f"rotation {ground.rotation_id} does not run: {end_words(rotation.status)}"
    plan = (await connection.execute(_PLAN, {"plan": ground.plan_id})).one_or_none()
    approved = (rotation.plan_id, rotation.plan_hash, rotation.site_id)
    if plan is None or (ground.plan_id, plan.hash, plan.site_id) != approved:
        return f"rotation {ground.rotation_id} runs plan {rotation.plan_id} as approved, and not plan {ground.plan_id}"
    if ground.found is not None:
        found = await connection.scalar(_FOUND, {"rotation": ground.rotation_id, "found": ground.found})
        return None if _puts_right(found or (), ground, pair) else f"no look has found {ground.found} of that pair"
    began = await connection.scalar(_BEGAN, {"rotation": ground.rotation_id})
    step = json.loads(began)["step"] if began else ""
    if step.removeprefix(_BACK) != ground.step_id:
        return f"rotation {ground.rotation_id} has not begun step {ground.step_id}: its trail has {step or 'no step'}"
    return None


def _puts_right(found: tuple[JudgedDrift, ...], ground: WriteGround, pair: Pair) -> bool:
    repairs = (each.repair for each in found)
    return any(each is not None and (each.pair, each.write) == (pair, ground.step_id) for each in repairs)
