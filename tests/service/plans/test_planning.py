"""Plans of a site that an earlier rotation left relaxed."""

import pytest

from activities.setting.originals import OriginalsRecorder
from emulator.scenarios import one_server
from engine.contract import StepRef, StepRequest
from rotation.plan.refusals import PlanRefusedError
from rotation.site import Limits
from service.plans.planning import plan_from_survey, planned_again
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from store.progress import Progress, RotationStatus


@pytest.fixture
async def stage():
    """A site of one server."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        yield made


def relax(stage, plan):
    """Do at the console what A1 to A7 of a plan do."""
    console, site = stage.simulation.console, stage.simulation.site
    for copy in plan.body.copies:
        console.copy_list(copy.source, copy.copy_name)
    copies = {copy.source: copy.copy_name for copy in plan.body.copies}
    for group, location, settings in [pair for pair in site.pairs() if not pair[0].inherits]:
        console.assign_list(copies[site.server_lists[settings.server_list].name], group.path, location.name)
        console.set_secure_communications(group.path, location.name, enabled=False)


async def codes(stage, **asked):
    """The codes of the findings for which no plan is made."""
    surveyed = await stage.survey()
    with pytest.raises(PlanRefusedError) as refused:
        await plan_from_survey(
            stage.store, stage.site.id, surveyed.survey_id, stage._request(), now=stage.clock.now(), **asked
        )
    return [finding.code for finding in refused.value.findings]


async def test_a_relaxed_site_is_not_taken_for_the_original(stage):
    """With store and Temporal lost, the settings that a rotation made are recognised by its list, and block a plan."""
    plan = await stage.plan()
    relax(stage, plan)
    assert await codes(stage) == ["left-relaxed"]
    findings, newer = await planned_again(
        stage.store, stage.site.id, (await stage.survey()).survey_id, plan, now=stage.clock.now()
    )
    assert ([finding.code for finding in findings], newer) == (["left-relaxed"], None)


async def test_a_rotation_that_is_known_explains_its_own_settings(stage):
    """While it runs, neither a new plan nor its amendment finds the site left; once terminated, a new plan does."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=plan.body.steps[0].id)
    relax(stage, plan)
    assert await codes(stage) == ["left-relaxed"], "it has recorded no original: somebody else relaxed the site"
    await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))

    assert await codes(stage) == ["list-not-described"]
    surveyed = await stage.survey()
    gate = next(step.id for step in plan.body.steps if step.kind == "gate")
    amended = await plan_from_survey(
        stage.store,
        stage.site.id,
        surveyed.survey_id,
        stage._request(),
        now=stage.clock.now(),
        amends=plan.body,
        at=gate,
    )
    assert {pair.server_list for owner in amended.body.scopes for pair in owner.pairs} == {
        copy.source for copy in plan.body.copies
    }

    ended = Progress(status=RotationStatus.TERMINATED)
    await stage.store.rotations.project(state.rotation_id, ended, stage.clock.now())
    assert await codes(stage) == ["left-relaxed"]
