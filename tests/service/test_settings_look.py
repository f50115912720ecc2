"""Looks read settings where a policy is another one than last time, and where the site has not shown that, in full."""

from datetime import timedelta

import pytest

from activities.setting.originals import OriginalsRecorder
from activities.setting.references import ReferenceFixing
from activities.setting.settings import SettingsWriter
from emulator.scenarios import three_servers
from emulator.spec import ROOT_GROUP
from emulator.switches import Switches
from engine.contract import StepRef, StepRequest, WriteRequest
from rotation.plan.request import Unproven
from rotation.plan.step import Gate, Write
from rotation.site import Limits
from service.settings_look import LastReadings, dates_show_settings
from simulation.drawn.scenario import Scenario
from simulation.played.stage import SITE, Stage
from tests.big.playing import Counting
from tests.proof.begun_step import begin_step

LEGACY = f"{ROOT_GROUP}\\Legacy"
DAY = timedelta(days=1)


def staged(**switches):
    """A site of three servers, whose requests are counted."""
    spec = three_servers(clients=10).model_copy(update={"switches": Switches(**switches)})
    return Stage(Scenario(seed=1, spec=spec, limits=Limits(purge_after=None), unproven=Unproven.APPROVE), Counting())


async def read(stage, readings, *, by_dates=True):
    """How many requests it took, and the groups."""
    before = stage.output.requests
    async with await stage.world.sepm(stage.site) as client:
        groups = await readings.groups(SITE, client, now=stage.clock.now(), by_dates=by_dates)
    return stage.output.requests - before, {group.path: group for group in groups}


async def test_where_no_policy_is_another_one_only_pages_are_read():
    """What an administrator changes meanwhile is read, since its policy was made again; after a day all is."""
    async with staged() as stage:
        readings = LastReadings()
        await read(stage, LastReadings())  # it logs in
        in_full, before = await read(stage, readings)
        few, same = await read(stage, readings)
        assert (few < in_full, same) == (True, before)

        stage.simulation.console.set_secure_communications(LEGACY, "Default", False)
        stage.clock.leap_to(stage.clock.now() + timedelta(minutes=1))
        some, after = await read(stage, readings)
        assert few < some < in_full
        assert not after[LEGACY].locations[0].settings.secure_communications
        assert {path for path, group in after.items() if group != before[path]} == {LEGACY}

        assert (await read(stage, readings, by_dates=False))[0] == in_full
        stage.clock.leap_to(stage.clock.now() + DAY - timedelta(minutes=1))
        assert (await read(stage, readings))[0] < in_full
        stage.clock.leap_to(stage.clock.now() + timedelta(minutes=1))
        assert (await read(stage, readings))[0] >= in_full
        assert (await read(stage, LastReadings()))[0] >= in_full, "another process"


@pytest.mark.parametrize("moves", [True, False])
async def test_dates_count_where_the_rotations_own_writes_have_moved_them(moves):
    """A list that was assigned, and secure communications that were switched, each had a policy made."""
    async with staged(settings_move_serials=moves) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        settings = SettingsWriter(stage.world)

        def about(step):
            return StepRef(rotation_id=state.rotation_id, site_id=SITE, plan_id=plan.id, step=step.id)

        def shown():
            return dates_show_settings(stage.store, state.rotation_id, plan.body.publish_delay)

        await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=about(plan.body.steps[0])))
        assert not await shown()
        for copy in plan.body.copies:
            stage.simulation.console.copy_list(copy.source, copy.copy_name)
        relaxing = [step for step in plan.body.steps if isinstance(step, Write) and not step.restores]
        for step in relaxing[:2]:
            await begin_step(stage.store, about(step), stage.clock.now())
            await settings.write_settings(WriteRequest(ref=about(step), field=step.field, restores=False))
            stage.clock.leap_to(stage.clock.now() + timedelta(minutes=5))
            if not moves:  # an administrator edits another policy of the group
                stage.simulation.advance_to(stage.clock.now())
                stage.simulation.console.edit_policy(LEGACY)
                stage.clock.leap_to(stage.clock.now() + timedelta(minutes=5))
        assert not await shown(), "nobody has looked since the last write"
        gate = next(step for step in plan.body.steps if isinstance(step, Gate))
        await ReferenceFixing(stage.world).fix_references(StepRequest(ref=about(gate)))
        assert await shown() is moves
