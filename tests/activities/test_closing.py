"""The last look at a site: what differs from what was recorded, and which certificates are not there."""

import pytest

from activities.closing import ClosingCheck
from activities.originals import Originals
from emulator.scenarios import one_server
from emulator.spec import DEFAULT_LIST, ROOT_GROUP
from engine.contract import ClosingRequest, StepRef, StepRequest
from rotation.site import Limits
from simulation.scenario import Scenario
from simulation.stage import SITE, Stage

ROOT = f"{ROOT_GROUP} / Default"


@pytest.fixture
async def closing():
    """The closing check of a rotation of one server, whose original settings are recorded."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        ref = StepRef(rotation_id=state.rotation_id, site_id=SITE, plan_id=plan.id, step=plan.body.steps[0].id)
        await Originals(stage.world).record_originals(StepRequest(ref=ref))
        yield stage, plan, ref


async def found(stage, ref, *adopted):
    """Code and subject of each finding."""
    answer = await ClosingCheck(stage.world).check_closing(ClosingRequest(ref=ref, adopted=adopted))
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
    assert ("copy-in-use", ROOT) not in await found(stage, ref, ROOT)
