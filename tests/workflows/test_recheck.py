"""Before the last wave the rest of the plan is computed again: a difference is an amendment that a person approves."""

from datetime import timedelta

import pytest

from activities.planning import Planning
from activities.surveying import Surveying
from emulator.scenarios import three_servers
from engine.contract import PlanCheckRequest, SurveyRequest
from rotation.message import Move
from rotation.plan import PlanRequest, Treatment, Unproven
from rotation.state import Outcome
from rotation.values import CertificateId, ServerName

HEARTBEAT = timedelta(minutes=5)
SOON = (2 * HEARTBEAT, 4 * HEARTBEAT)
BRANCH = "My Company\\Branch"


def a_defective_build(here):
    """A client that does not fail over appears in a group that did."""
    here.hands.reinstall("BRANCH-0001", "14.2.5323.2000")


def another_list(here):
    """A group gets another list by hand."""
    here.simulation.console.assign_list("Default Management Server List", BRANCH, "Default")


@pytest.mark.parametrize(
    ("change", "code"), [(a_defective_build, "needs relax"), (another_list, "other locations, lists")]
)
async def test_a_difference_is_an_amendment_that_is_approved(stage, change, code):
    """What changed during the holdout asks; approved, another plan runs from there, what was done stays, 0 lost."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()

    async with here.running() as handle:
        before = await here.until(handle, lambda state: state.step.number == "B5")
        change(here)
        left_as_they_are = here.settings()
        asked = await here.attention(handle, "plan-differs")
        assert (await here.say(handle, Move.APPROVE, who="ann")).accepted
        after = await here.until(handle, lambda state: state.plan_hash != before.plan_hash)
        done = after.steps[: before.cursor + 1]
        result = await here.end(handle)

    assert code in asked.message
    assert set(asked.options) == {Move.APPROVE, Move.RETRY}
    assert done == before.steps[: before.cursor + 1]
    assert len({step.id for step in after.steps}) == len(after.steps), "proof is kept by the step's id"
    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == left_as_they_are
    assert here.lost() == []
    assert [each.name for each in here.simulation.site.server_lists.values() if "HTTP" in each.name] == []


async def test_a_group_born_during_the_holdout_is_adopted_and_put_back(stage):
    """A new group with 14.2.x clients is relaxed by the amended plan, and afterwards has what it was born with."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()

    async with here.running() as handle:
        before = await here.until(handle, lambda state: state.step.number == "B5")
        group = here.hands.add_group("My Company\\Kiosks")
        client = next(each for each in here.simulation.fleet.clients if each.name == "OLD-0001")
        here.simulation.fleet.move(client.id, group)
        born = here.settings()
        await here.attention(handle, "plan-differs")
        assert (await here.say(handle, Move.APPROVE, who="ann")).accepted
        after = await here.until(handle, lambda state: state.plan_hash != before.plan_hash)
        result = await here.end(handle)

    kiosks = next(owner for owner in after.body.scopes if owner.path.endswith("Kiosks"))
    assert kiosks.treatment is Treatment.RELAX
    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == born
    assert here.lost() == []


async def test_groups_that_are_kept_relaxed_do_not_look_like_a_difference(stage):
    """R kept relaxed through the holdout is what the plan did itself: the recheck passes without asking."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()
    before = here.settings()
    request = PlanRequest(
        certificates={ServerName(name): CertificateId(f"cert-{name}") for name in ("SEPM-1", "SEPM-2", "SEPM-3")},
        unproven_failover=Unproven.APPROVE,
        keep_relaxed=True,
    )

    result = await here.rotate(await here.plan(request))

    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []
    assert [event.message for event in await here.story() if event.kind == "attention"] == []


async def test_before_the_first_certificate_what_the_plan_has_done_is_no_difference(played):
    """Replication is paused by the plan: planned anew at a later step it fits; before the first step it does not."""
    spec = played.three(replication_partner="Other Site")
    async with played.play(spec=spec) as here:
        plan = await here.stage.plan()
        state = await here.stage.begin(plan)
        here.stage.simulation.console.pause_replication()
        surveyed = await Surveying(here.stage.world).survey_site(SurveyRequest(site_id=state.site_id))
        asked = PlanCheckRequest(
            rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, survey_id=surveyed.survey_id
        )
        paused = next(step.id for step in plan.body.steps if step.number == "replication")
        planning = Planning(here.stage.world)
        at_the_step = await planning.check_plan(asked.model_copy(update={"at": paused}))
        at_the_start = await planning.check_plan(asked)

    assert at_the_step.findings == ()
    assert [finding.code for finding in at_the_start.findings] == ["replication-differs"]
