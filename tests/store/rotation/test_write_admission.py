"""Every write to SEPM asks the store first: refused ones are not noted, and leave an alarm."""

import pytest

from engine.contract import StepRef
from rotation.drift.judged_drift import JudgedDrift, NamedDrift, Repair
from rotation.plan.step import SettingField
from rotation.survey import Pair
from rotation.values import GroupId, LocationId, PlanId, RotationId, SiteId
from store.progress import Progress, RotationStatus
from store.rotation.write_admission import WriteGround, WriteNotAdmitted
from store.rotation.write_rows import WriteOutcome
from tests.proof.begun_step import begin_step

PAIR = Pair(group_id=GroupId("G1"), location_id=LocationId("loc-1"))
OTHER = Pair(group_id=GroupId("G2"), location_id=LocationId("loc-1"))
GROUND = WriteGround(rotation_id=RotationId("rot-1"), site_id=SiteId("site-1"), plan_id=PlanId("plan-1"), step_id="05")


def of(ground):
    """The step that a ground is about, as activities name it."""
    return StepRef(**ground.model_dump(exclude={"step_id", "found"}), step=ground.step_id)


@pytest.fixture
async def begun(running, make):
    """A rotation that has begun its step 05."""
    await begin_step(running, of(GROUND), make.t0)
    return running


async def write(store, make, ground=GROUND, pair=PAIR):
    """Ask for a write."""
    note = store.writes.record_write
    return await note(ground, pair, SettingField.SERVER_LIST, value="HTTP", at=make.t0, policy_date_before=make.t0)


async def refused(store, make, ground=GROUND, pair=PAIR, match=None):
    """A write that is refused: it is not noted, and the alarm is the last event of the site."""
    before = await store.writes.written("rot-1")
    with pytest.raises(WriteNotAdmitted, match=match):
        await write(store, make, ground, pair)
    assert await store.writes.written("rot-1") == before
    alarm = (await store.trail.list(ground.site_id))[-1]
    assert (alarm.kind, alarm.rotation_id, alarm.data["group"]) == ("write-refused", ground.rotation_id, pair.group_id)


async def test_a_write_of_a_step_that_was_begun_is_on_the_trail(begun, make):
    """Before it is sent, and with what came of it; a retry after a crash adds nothing."""
    first = await write(begun, make)
    assert await write(begun, make) == first
    done = {"outcome": WriteOutcome.REFUSED, "at": make.at(minutes=1), "detail": "SEPM says no"}
    await begun.writes.record_outcome("rot-1", "05", PAIR, SettingField.SERVER_LIST, **done)
    started, began, ended = await begun.trail.list("site-1", rotation_id="rot-1")
    assert [each.kind for each in (started, began, ended)] == ["rotation-started", "write-begins", "write-ended"]
    assert (began.data["value"], began.data["outcome"], ended.data["outcome"]) == ("HTTP", None, "refused")
    assert ended.message == "server_list: refused: SEPM says no"
    await begun.trail.verify_chain("site-1")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"rotation_id": "rot-9"}, "no rotation of id rot-9"),
        ({"site_id": "site-2"}, "is one of site site-1"),
        ({"plan_id": "plan-9"}, "and not plan plan-9"),
        ({"step_id": "07"}, "has not begun step 07"),
        ({"found": "found-9"}, "no look has found"),
    ],
)
async def test_what_is_not_the_rotations_own_is_refused(begun, make, changes, match):
    """Another rotation, site, plan or step, or a repair that no look asked for."""
    await refused(begun, make, GROUND.model_copy(update=changes), match=match)


async def test_nothing_is_written_before_its_step(running, make):
    """The trail has no step of the rotation yet."""
    await refused(running, make, match="no step")


async def test_a_step_that_was_left_writes_no_more(begun, make):
    """Relaxed again after it was restored: a request that is played once more changes nothing."""
    await begin_step(begun, of(GROUND.model_copy(update={"step_id": "09"})), make.t0)
    await refused(begun, make, match="has not begun step 05: its trail has 09")


async def test_a_cancel_undoes_a_step(begun, make):
    """While it turns back, the step is the one with the prefix of a cancel."""
    await begin_step(begun, of(GROUND.model_copy(update={"step_id": "back-07"})), make.t0)
    assert await write(begun, make, GROUND.model_copy(update={"step_id": "07"}))
    await refused(begun, make)


async def test_a_repair_is_of_what_a_look_has_recorded(begun, make):
    """A step that was left writes again what was found of its pairs, and of no other."""
    await begin_step(begun, of(GROUND.model_copy(update={"step_id": "09"})), make.t0)
    named = NamedDrift(code="list-differs", subject="My Company", message="m", matters=True, blocks=True)
    repair = Repair(pair=PAIR, write="05", shows="Other", by_hand=named)
    found = await begun.found.keep("rot-1", [JudgedDrift(named=named, found="m", repair=repair)], at=make.t0)
    ground = GROUND.model_copy(update={"found": found})
    assert await write(begun, make, ground)
    await refused(begun, make, ground, OTHER, match="no look has found")
    await refused(begun, make, ground.model_copy(update={"step_id": "06"}), match="no look has found")


async def test_a_rotation_that_has_ended_writes_nothing(begun, make):
    """Its step was begun, and it does not run any more."""
    await begun.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.t0)
    await refused(begun, make, match="it was ended from outside")


async def test_a_plan_that_was_not_approved_writes_nothing(begun, make):
    """The rotation's hash is another one than that of the plan that it names."""
    await begun.rotations.project("rot-1", Progress(plan_hash="0" * 64), make.t0)
    await refused(begun, make, match="as approved")
