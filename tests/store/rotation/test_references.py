import pytest

from engine.contract import StepRef
from rotation.plan.step import SettingField
from rotation.proof.gate import Reference
from rotation.survey import Pair
from rotation.values import GroupId, LocationId, PlanId, RotationId, SiteId
from store.rotation.rotations import UnknownRotation
from store.rotation.write_admission import WriteGround
from store.rotation.write_rows import WriteOutcome
from store.rotation.writes import UnknownWrite
from tests.proof.begun_step import begin_step

OWNER = GroupId("G1")
PAIR = Pair(group_id=OWNER, location_id=LocationId("loc-1"))
FIELD = SettingField.SERVER_LIST
GROUND = WriteGround(rotation_id=RotationId("rot-1"), site_id=SiteId("site-1"), plan_id=PlanId("plan-1"), step_id="05")


@pytest.fixture
async def begun(running, make):
    """A rotation that has begun its step 05."""
    await begin_step(running, StepRef(**GROUND.model_dump(exclude={"step_id", "found"}), step="05"), make.t0)
    return running


async def test_a_fixed_reference_does_not_move(running, make):
    """Once fixed, only a reference of a later write replaces it."""
    open_one = Reference(owner=OWNER, date_before=make.t0, written_at=make.at(hours=1), not_before=make.at(hours=1))
    fixed = open_one.model_copy(update={"fixed": make.at(hours=2)})
    save = running.references.save
    assert await running.references.get("rot-1", "gate", "G1") is None
    assert await save("rot-1", "gate", open_one) == open_one
    assert await save("rot-1", "gate", fixed) == fixed
    assert await save("rot-1", "gate", open_one) == fixed
    assert await save("rot-1", "gate", fixed.model_copy(update={"fixed": make.at(hours=9)})) == fixed
    repaired = open_one.model_copy(update={"written_at": make.at(hours=5)})
    assert await save("rot-1", "gate", repaired) == repaired
    assert await running.references.get("rot-1", "gate", "G1") == repaired
    assert await running.references.of_gate("rot-1", "gate") == {"G1": repaired}
    with pytest.raises(UnknownRotation):
        await save("none", "gate", fixed)


async def test_the_references_of_a_gate_are_kept_together(running, make):
    """Of several each is kept by the same rule, and those of other owners stay; without their rotation none is kept."""
    one = Reference(owner=OWNER, date_before=make.t0, written_at=make.t0, not_before=make.t0, fixed=make.at(hours=1))
    other = one.model_copy(update={"owner": GroupId("G2")})
    save = running.references.save_all
    assert await save("rot-1", "gate", [one]) == {"G1": one}
    moved = one.model_copy(update={"fixed": make.at(hours=2)})
    assert await save("rot-1", "gate", [moved, other]) == {"G1": one, "G2": other}
    assert await save("rot-1", "gate", []) == await running.references.of_gate("rot-1", "gate")
    with pytest.raises(UnknownRotation):
        await save("none", "gate", [one, other])


async def test_an_intent_without_outcome_keeps_its_first_date(begun, make):
    """After a crash between write and outcome the policy date from before the first try holds."""
    note = begun.writes.record_write
    first = await note(GROUND, PAIR, FIELD, value="HTTP", at=make.t0, policy_date_before=make.t0)
    again = await note(GROUND, PAIR, FIELD, value="HTTP", at=make.at(hours=1), policy_date_before=make.at(hours=1))
    assert again == first
    assert again.policy_date_before == make.t0
    for outcome in (WriteOutcome.APPLIED, WriteOutcome.REFUSED):
        done = await begun.writes.record_outcome("rot-1", "05", PAIR, FIELD, outcome=outcome, at=make.at(hours=2))
        assert (done.outcome, done.outcome_at) == (WriteOutcome.APPLIED, make.at(hours=2))


async def test_a_repair_is_an_attempt_of_its_own(begun, make):
    """A write after an outcome, or of another value, is noted again; all are kept in order."""
    note = begun.writes.record_write
    await note(GROUND, PAIR, FIELD, value="HTTP", at=make.t0, policy_date_before=make.t0)
    await begun.writes.record_outcome("rot-1", "05", PAIR, FIELD, outcome=WriteOutcome.NO_EFFECT, at=make.t0)
    for value in ("HTTP", "Default"):
        await note(GROUND, PAIR, FIELD, value=value, at=make.at(hours=1), policy_date_before=make.at(hours=1))
    written = await begun.writes.written("rot-1", "05")
    assert [(one.attempt, one.value, one.outcome) for one in written] == [
        (1, "HTTP", WriteOutcome.NO_EFFECT),
        (2, "HTTP", None),
        (3, "Default", None),
    ]
    assert await begun.writes.written("rot-1") == written
    assert await begun.writes.written("rot-1", "06") == ()


async def test_an_outcome_needs_a_note(running, make):
    """An outcome of a write that was never noted is an error."""
    with pytest.raises(UnknownWrite):
        await running.writes.record_outcome("rot-1", "05", PAIR, FIELD, outcome=WriteOutcome.APPLIED, at=make.t0)


async def test_the_first_sight_of_a_swap_wins(running, make):
    """When a swap was opened and when its certificate was first seen are each written once."""
    assert await running.swaps.get("rot-1", "sepm1", "bb") is None
    for hour in (1, 2):
        await running.swaps.opened("rot-1", "sepm1", "bb", make.at(hours=hour))
    first, second = [
        await running.swaps.seen("rot-1", "sepm1", "bb", first_seen=make.at(hours=hour), seen_at=make.at(hours=hour))
        for hour in (3, 4)
    ]
    seen = await running.swaps.get("rot-1", "sepm1", "bb")
    assert first == second == seen
    assert (seen.opened_at, seen.first_seen) == (make.at(hours=1), make.at(hours=3))
    assert await running.swaps.of("rot-1") == (seen,)


async def test_rule_15_a_server_is_swapped_back_in_the_same_rotation(running, make):
    """Forth and back are two swaps: when one was seen says nothing of the other."""
    await running.swaps.seen("rot-1", "sepm1", "new", first_seen=make.at(hours=1), seen_at=make.at(hours=1))
    await running.swaps.opened("rot-1", "sepm1", "old", make.at(hours=2))
    forth, back = await running.swaps.of("rot-1")
    assert (forth.target, forth.first_seen) == ("new", make.at(hours=1))
    assert (back.target, back.first_seen) == ("old", None)


async def test_the_last_sight_of_the_former_certificate_is_kept(running, make):
    """The swap came after the last look that saw the former one; a look that arrives late adds nothing."""
    for hour in (1, 3, 2):
        await running.swaps.not_yet("rot-1", "sepm1", "new", make.at(hours=hour))
    await running.swaps.seen("rot-1", "sepm1", "new", first_seen=make.at(hours=4), seen_at=make.at(hours=4))
    await running.swaps.not_yet("rot-1", "sepm1", "new", make.at(hours=5))
    assert (await running.swaps.get("rot-1", "sepm1", "new")).former_seen == make.at(hours=3)
