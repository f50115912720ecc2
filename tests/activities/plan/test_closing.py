"""The last look at a site: what differs from what was recorded, and which certificates are not there."""

from datetime import timedelta

import pytest

from activities.plan.closing import ClosingCheck
from activities.setting.originals import OriginalsRecorder
from emulator.events.site_events import ServerCutOff
from emulator.scenarios import one_server
from emulator.spec import DEFAULT_LIST, ROOT_GROUP
from engine.contract import StepRef, StepRequest
from rotation.drift.judged_drift import JudgedDrift
from rotation.drift.newborn import PAIR_BORN
from rotation.finding import blocking
from rotation.site import Limits
from simulation.drawn.scenario import Scenario
from simulation.played.stage import SITE, Stage

ROOT = f"{ROOT_GROUP} / Default"


@pytest.fixture
async def closing():
    """The closing check of a rotation of one server, whose original settings are recorded."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        ref = StepRef(rotation_id=state.rotation_id, site_id=SITE, plan_id=plan.id, step=plan.body.steps[0].id)
        await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))
        yield stage, plan, ref


async def found(stage, ref):
    """Code and subject of each finding."""
    answer = await ClosingCheck(stage.world).check_closing(StepRequest(ref=ref))
    return {(each.code, each.subject) for each in answer.findings}


async def test_a_certificate_that_is_not_presented_is_found(closing):
    """Each planned certificate is looked for; settings as they were are no finding."""
    stage, _, ref = closing
    assert await found(stage, ref) == {("certificate-not-served", "SEPM-1")}


async def test_other_settings_and_a_copy_in_use_are_found(closing):
    """A pair on a list of the copy's name differs from the record and uses the copy, unless a person leaves it so."""
    stage, plan, ref = closing
    (copy,) = plan.body.copies
    stage.simulation.console.copy_list(DEFAULT_LIST, copy.copy_name)
    stage.simulation.console.assign_list(copy.copy_name, ROOT_GROUP, "Default")

    differs = ("setting-differs", ROOT)
    assert await found(stage, ref) >= {differs, ("copy-in-use", ROOT)}

    known = stage.store.found
    born = await known.keep(ref.rotation_id, [JudgedDrift.of(blocking(PAIR_BORN, ROOT, "born"))], at=stage.clock.now())
    await known.accept(ref.rotation_id, born, "ann")
    assert ("copy-in-use", ROOT) not in await found(stage, ref)


async def test_a_build_of_which_no_client_was_heard_since_the_last_replacement_is_named(closing):
    """The closing check waits for a client of it, and tells of its clients once they are overdue."""
    stage, plan, ref = closing
    (chosen,) = plan.body.certificates
    check = ClosingCheck(stage.world).check_closing
    assert (await check(StepRequest(ref=ref))).reading.absent_builds == ()

    now, dark = stage.clock.now(), timedelta(hours=9)
    stage.simulation.schedule(ServerCutOff(server="SEPM-1", lasting=dark, from_product=False, from_clients=True), now)
    await stage.world.store.swaps.seen(
        ref.rotation_id, chosen.server, chosen.fingerprint, first_seen=now + timedelta(hours=1), seen_at=now
    )
    readings = []
    for later in (timedelta(minutes=5), timedelta(hours=8), timedelta(hours=12)):
        stage.clock.leap_to(now + later)
        readings.append((await check(StepRequest(ref=ref))).reading)
    builds = [reading.absent_builds for reading in readings]
    assert [len(each) for each in builds] == [1, 1, 0]
    assert [reading.silent_after_swap for reading in readings] == [0, 4, 0]
