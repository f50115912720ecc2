"""Before the last wave the rest of the plan is computed again: a difference is an amendment that a person approves."""

import pytest

from activities.plan.planning import Planning
from engine.contract import PlanCheckRequest
from rotation.plan.scope import Treatment
from rotation.running.message import Move
from rotation.running.state import Outcome
from service.plans.restoring import restore_plan
from service.surveying import survey_site

BRANCH = "My Company\\Branch"


def a_defective_build(here):
    """A client that does not fail over appears in a group that did."""
    here.hands.reinstall("BRANCH-0001", "14.2.5323.2000")
    here.kept["settings"] = here.settings()


def another_list(here):
    """A group gets another list by hand."""
    here.stage.simulation.console.assign_list("Default Management Server List", BRANCH, "Default")
    here.kept["settings"] = here.settings()


def a_new_group(here):
    """A group of its own is made, and a client that does not fail over is moved into it."""
    group = here.hands.add_group("My Company\\Kiosks")
    client = next(each for each in here.stage.simulation.fleet.clients if each.name == "OLD-0001")
    here.stage.simulation.fleet.move(client.id, group)
    here.kept["settings"] = here.settings()


def approve(here):
    """What differs is approved."""
    return here.say(Move.APPROVE, "ann")


@pytest.mark.parametrize(
    ("change", "code"), [(a_defective_build, "has to be relaxed now"), (another_list, "other locations, lists")]
)
async def test_a_difference_is_an_amendment_that_is_approved(played, change, code):
    """What changed during the holdout asks; approved, another plan runs from there, what was done stays, 0 lost."""
    changed, approved = deeds = played.in_turn(
        played.Deed(played.at("B5", 1), change), played.Deed(played.asked("plan-differs"), approve)
    )
    async with played.play(*deeds) as here:
        here.absent = played.asked("plan-differs")
        outcome = await here.run()

    asked, before, after = played.attention(approved.saw, "plan-differs"), changed.saw, here.state
    assert code in asked.message
    assert set(asked.options) == {Move.APPROVE, Move.RETRY}
    assert approved.answer.accepted
    assert after.plan_hash != before.plan_hash
    assert after.steps[: before.cursor + 1] == before.steps[: before.cursor + 1]
    assert len({step.id for step in after.steps}) == len(after.steps), "proof is kept by the step's id"
    assert outcome is Outcome.COMPLETED
    assert here.settings() == here.kept["settings"]
    assert here.lost() == []
    assert [each.name for each in here.stage.simulation.site.server_lists.values() if "HTTP" in each.name] == []


class TornError(Exception):
    """The rotation is terminated here."""


async def test_after_a_terminate_the_restore_puts_back_what_an_amendment_approved(played):
    """A list that one person assigned and another approved is the group's own now, not what was recorded at first."""

    def tear(_):
        raise TornError

    deeds = played.in_turn(
        played.Deed(played.at("B5", 1), another_list),
        played.Deed(played.asked("plan-differs"), approve),
        played.Deed(lambda state: state.step.number == "A8", tear),
    )
    async with played.play(*deeds) as here:
        here.absent = played.asks
        stage = here.stage
        with pytest.raises(TornError):
            await here.run()
        surveyed = await survey_site(stage.world, here.state.site_id)
        restore = await restore_plan(stage.store, here.state.site_id, surveyed.survey_id, now=stage.clock.now())

    (branch,) = [owner for owner in restore.body.scopes if owner.path == BRANCH]
    lists = {pair.location_name: pair.server_list for pair in branch.pairs}
    assert lists["Default"] == here.kept["settings"][BRANCH, "Default"][0] == "Default Management Server List"


async def test_a_group_born_during_the_holdout_is_adopted_and_put_back(played):
    """A new group with 14.2.x clients is relaxed by the amended plan, and afterwards has what it was born with."""
    deeds = played.in_turn(
        played.Deed(played.at("B5", 1), a_new_group), played.Deed(played.asked("plan-differs"), approve)
    )
    async with played.play(*deeds) as here:
        here.absent = played.asked("plan-differs")
        outcome = await here.run()

    kiosks = next(owner for owner in here.body.scopes if owner.path.endswith("Kiosks"))
    assert kiosks.treatment is Treatment.RELAX
    assert outcome is Outcome.COMPLETED
    assert here.settings() == here.kept["settings"]
    assert here.lost() == []


async def test_groups_that_are_kept_relaxed_do_not_look_like_a_difference(played):
    """R kept relaxed through the holdout is what the plan did itself: the recheck passes without asking."""
    async with played.play(keep_relaxed=True) as here:
        before = here.settings()
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []
    assert here.named("attention") == []


async def test_before_the_first_certificate_what_the_plan_has_done_is_no_difference(played):
    """Replication is paused by the plan: planned again at a later step it fits; before the first step it does not."""
    spec = played.three(replication_partner="Other Site")
    async with played.play(spec=spec) as here:
        plan = await here.stage.plan()
        state = await here.stage.begin(plan)
        here.stage.simulation.console.pause_replication()
        surveyed = await survey_site(here.stage.world, state.site_id)
        asked = PlanCheckRequest(
            rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, survey_id=surveyed.survey_id
        )
        paused = next(step.id for step in plan.body.steps if step.number == "replication")
        planning = Planning(here.stage.world)
        at_the_step = await planning.check_plan(asked.model_copy(update={"at": paused}))
        at_the_start = await planning.check_plan(asked)

    assert at_the_step.findings == ()
    assert [finding.code for finding in at_the_start.findings] == ["replication-differs"]
