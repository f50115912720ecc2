"""What a rotation records of the site, to put it back."""

import pytest

from activities.setting.originals import OriginalsRecorder
from emulator.events.site_events import LocationAdded
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP
from engine.contract import StepRef, StepRequest
from rotation.plan.step import ScopeName
from rotation.site import Limits
from service.surveying import survey_site
from simulation.drawn.scenario import Scenario
from simulation.played.stage import SITE, Stage


@pytest.fixture
async def stage():
    """A site of one server."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        yield made


async def test_what_the_plan_does_not_know_is_not_recorded(stage):
    """A location that was born since is no original: it may have been born as relaxed, and would be put back so."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    stage.simulation.schedule(LocationAdded(group=ROOT_GROUP, name="Born"), stage.clock.now())
    surveyed = await survey_site(stage.world, SITE)
    ref = StepRef(rotation_id=state.rotation_id, site_id=SITE, plan_id=plan.id, step=plan.body.steps[0].id)

    await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))

    root = next(each for each in (await stage.store.surveys.get(surveyed.survey_id)).groups if each.path == ROOT_GROUP)
    recorded = {original.pair for original in await stage.store.originals.of(state.rotation_id)}
    assert "Born" in {location.name for location in root.locations}
    assert recorded == {pair for pair, _ in plan.body.pairs(ScopeName.ALL)}
