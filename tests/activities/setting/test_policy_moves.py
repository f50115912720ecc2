"""Policies that are moved for clients to show what a replaced server signs, also behind a crash (rule 24b)."""

import pytest

from activities.setting.grounds import ground_of
from activities.setting.originals import OriginalsRecorder
from activities.setting.policy_moves import PolicyMoves
from emulator.scenarios import three_servers
from engine.contract import MoveRequest, StepRef, StepRequest
from rotation.plan.request import Unproven
from rotation.plan.scope import Treatment
from rotation.plan.step import Gate, GatePurpose, SettingField
from rotation.proof.gate import Reference
from rotation.site import Limits
from rotation.survey import Pair
from rotation.values import ServerName
from simulation.drawn.scenario import Scenario
from simulation.played.stage import ROTATION, SITE, Stage
from store.rotation.write_rows import WriteOutcome
from tests.proof.begun_step import begin_step


@pytest.fixture
async def moving():
    """The gate of a rotation before its last wave; no client is at a replaced server."""
    scenario = Scenario(
        seed=1, spec=three_servers(clients=8), limits=Limits(purge_after=None), unproven=Unproven.APPROVE
    )
    async with Stage(scenario) as stage:
        plan = await stage.plan()
        await stage.begin(plan)
        gate = next(s for s in plan.body.steps if isinstance(s, Gate) and s.purpose is GatePurpose.SIGNED)
        ref = StepRef(rotation_id=ROTATION, site_id=SITE, plan_id=plan.id, step=gate.id)
        await begin_step(stage.store, ref, stage.clock.now())
        await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))
        owner = next(each for each in plan.body.scopes if each.treatment is Treatment.FAILOVER)
        yield stage, MoveRequest(ref=ref, unshown=(ServerName("SEPM-1"),)), owner


async def moved(stage, request):
    """How many sizes a call has written."""
    before = stage.simulation.effects.count("rest.client_log")
    await PolicyMoves(stage.world).move_policies(request)
    return stage.simulation.effects.count("rest.client_log") - before


async def test_nothing_is_moved_where_no_client_takes_it(moving):
    """No client is at the server, and no move was cut off."""
    stage, request, _ = moving
    assert await moved(stage, request) == 0


async def test_a_move_that_a_crash_has_cut_off_before_its_write_is_made_all_the_same(moving):
    """Its reference was noted, and its clients have left: the rotation waits for that policy, and must not in vain."""
    stage, request, owner = moving
    now = stage.clock.now()
    cut = Reference(owner=owner.group_id, date_before=now, written_at=now, not_before=now)
    await stage.store.references.save(ROTATION, request.ref.step, cut)
    assert await moved(stage, request) == 1
    assert stage.simulation.effects.count("rest.client_log", owner.path) == 1


async def test_a_write_that_a_crash_has_cut_off_gets_its_outcome(moving):
    """It had reached SEPM: the next move is another attempt, and both are noted as applied."""
    stage, request, owner = moving
    now, pair = stage.clock.now(), Pair(group_id=owner.group_id, location_id=owner.pairs[0].location_id)
    cut = Reference(owner=owner.group_id, date_before=now, written_at=now, not_before=now)
    await stage.store.references.save(ROTATION, request.ref.step, cut)
    what = (ground_of(request.ref), pair, SettingField.LOG_SIZE)
    await stage.store.writes.record_write(*what, value="513", at=now, policy_date_before=now)
    async with await stage.world.sepm(stage.site) as client:
        await client.set_log_size(pair, 513)
    assert await moved(stage, request) == 1
    notes = [(each.value, each.outcome) for each in await stage.store.writes.written(ROTATION, request.ref.step)]
    assert notes == [("513", WriteOutcome.APPLIED), ("512", WriteOutcome.APPLIED)]


async def test_a_size_that_was_being_put_back_when_a_crash_came_gets_its_outcome(moving):
    """The write had reached SEPM, and nothing is left to put back: it is noted as applied all the same."""
    stage, request, owner = moving
    now, pair = stage.clock.now(), Pair(group_id=owner.group_id, location_id=owner.pairs[0].location_id)
    what = (ground_of(request.ref), pair, SettingField.LOG_SIZE)
    await stage.store.writes.record_write(*what, value="512", at=now, policy_date_before=now)
    answer = await PolicyMoves(stage.world).put_policies_back(StepRequest(ref=request.ref))
    notes = [(each.value, each.outcome) for each in await stage.store.writes.written(ROTATION, request.ref.step)]
    assert (answer.findings, notes) == ((), [("512", WriteOutcome.APPLIED)])


async def test_a_size_whose_note_was_stored_and_never_sent_is_put_back(moving):
    """The worker died between the note and the write: SEPM still shows the moved size."""
    stage, request, owner = moving
    now, pair = stage.clock.now(), Pair(group_id=owner.group_id, location_id=owner.pairs[0].location_id)
    what = (ground_of(request.ref), pair, SettingField.LOG_SIZE)
    async with await stage.world.sepm(stage.site) as client:
        await client.set_log_size(pair, 513)
        await stage.store.writes.record_write(*what, value="512", at=now, policy_date_before=now)
        answer = await PolicyMoves(stage.world).put_policies_back(StepRequest(ref=request.ref))
        assert (answer.findings, (await client.pair_settings(pair)).log_kb) == ((), 512)
    notes = await stage.store.writes.written(ROTATION, request.ref.step)
    assert notes[-1].outcome is WriteOutcome.APPLIED
