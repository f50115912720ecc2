"""People who put a site right: they write what was changed unasked, and nothing that is right already."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.people.operations import AssignList, SetSecureCommunications
from emulator.spec import ROOT_GROUP, ListSpec
from emulator.state.effects import Actor, acting
from rotation.drift.judged_drift import NamedDrift
from rotation.plan.outline import outline
from rotation.plan.plan import Plan
from rotation.plan.work.task import RefreshImages
from rotation.running.attention import Attention
from rotation.running.message import Move
from rotation.running.state import Phase, RotationState
from rotation.values import GroupId
from simulation.drawn.scenario import START
from simulation.judged.facts import site_facts
from simulation.people.tidying import inheritance_to_put_back, slowed_down, unasked_changes
from simulation.played.stage import Stage

LEGACY, BRANCH = "My Company\\Legacy", "My Company\\Branch"


async def begun(stage: Stage) -> tuple[Plan, RotationState]:
    """A rotation that has taken up its plan."""
    plan = await stage.plan()
    return plan, (await stage.begin(plan)).model_copy(update={"outline": outline(plan.body)})


async def test_a_setting_that_was_set_to_what_it_is_stays_and_another_is_put_back(mixed):
    """A person assigns a list where it is assigned already: there is nothing to undo."""
    other = ListSpec(name="Other", priorities=(("SEPM-1",),))
    lists = (*mixed.spec.server_lists, other)
    scenario = mixed.model_copy(update={"spec": mixed.spec.model_copy(update={"server_lists": lists})})
    async with Stage(scenario) as stage:
        plan, state = await begun(stage)
        state = state.model_copy(update={"phase": Phase.TURNING_BACK})
        began = site_facts(stage.simulation)
        (pair, (name, _)), *_ = began.settings.items()

        def put_right(given):
            with acting(Actor.SITE_EVENT):
                stage.simulation.console.assign_list(given, *pair)
            return list(unasked_changes(stage.simulation, began, state, plan.body, lambda _: b""))

        assert put_right(name) == []
        assert put_right("Other") == [AssignList(name=name, group=pair[0], location=pair[1])]


async def test_a_location_that_was_born_since_is_put_right_once_it_is_planned(mixed):
    """An amendment plans it: what the product says of it is put right like that of any other location."""
    async with Stage(mixed) as stage:
        plan, state = await begun(stage)
        facts, pair = site_facts(stage.simulation), (LEGACY, "Default")
        older = replace(facts, settings={each: was for each, was in facts.settings.items() if each != pair})
        with acting(Actor.SITE_EVENT):
            stage.simulation.console.set_secure_communications(*pair, False)
        asked = list(unasked_changes(stage.simulation, older, state, plan.body, lambda _: b""))
        assert asked == [SetSecureCommunications(group=pair[0], location=pair[1], enabled=True)]
        turning = state.model_copy(update={"phase": Phase.TURNING_BACK})
        assert list(unasked_changes(stage.simulation, older, turning, plan.body, lambda _: b"")) == [], (
            "who knows what it had?"
        )


async def test_a_group_that_was_moved_is_put_right_where_it_is(mixed):
    """What was asked before it was moved, what the plan says of it and what it had at first hold at its new path."""
    async with Stage(mixed) as stage:
        plan, state = await begun(stage)
        began = site_facts(stage.simulation)
        console, moved = stage.simulation.console, f"{BRANCH}\\Legacy"
        with acting(Actor.TASK):
            console.set_secure_communications(LEGACY, "Default", False)
        with acting(Actor.SITE_EVENT):
            stage.simulation.groups.move_group(LEGACY, BRANCH)
            console.set_secure_communications(moved, "Default", True)
        turning = state.model_copy(update={"phase": Phase.TURNING_BACK})
        asked = list(unasked_changes(stage.simulation, began, turning, plan.body, lambda _: b""))
        assert asked == [SetSecureCommunications(group=moved, location="Default", enabled=False)]
        assert list(unasked_changes(stage.simulation, began, state, plan.body, lambda _: b"")) == [], (
            "the plan has it on still"
        )


async def test_images_of_a_group_that_was_moved_are_refreshed(mixed, played):
    """Who reads a task that was opened before finds the group where it is."""
    task = played.tasks[0].model_copy(update={"work": RefreshImages(groups=(LEGACY,))})
    async with Stage(mixed) as stage:
        with acting(Actor.SITE_EVENT):
            stage.simulation.groups.move_group(LEGACY, BRANCH)
        assert await stage.operator.do(task) is not None
        assert stage.simulation.effects.count("console.refresh_golden_images", f"{BRANCH}\\Legacy") == 1


@pytest.mark.parametrize(("options", "asked"), [((Move.RETRY,), True), ((Move.RETRY, Move.CANCEL), False)])
async def test_a_slower_heartbeat_is_put_back_where_there_is_no_other_way(mixed, options, asked):
    """On a way back nothing can be cancelled: the heartbeat of the plan is what the waits are long enough for."""
    async with Stage(mixed) as stage:
        plan, state = await begun(stage)
        drift = NamedDrift(
            code="heartbeat-drift", subject=f"{LEGACY} / Default", message="slower", matters=True, blocks=True
        )
        shown = Attention(code="drift", subject="", message="slower", options=options, raised_at=START)
        slow = state.model_copy(update={"drift": (drift,), "attention": (shown,)})
        (owner,) = [each for each in plan.body.scopes if each.path == LEGACY]
        back = [(LEGACY, "Default", owner.slowest_heartbeat)] if asked else []
        assert list(slowed_down(slow, plan.body, ())) == back
        assert owner.slowest_heartbeat > timedelta(0)


@pytest.mark.parametrize("inherits", [True, False])
@pytest.mark.parametrize(("options", "asked"), [((Move.RETRY,), True), ((Move.RETRY, Move.CANCEL), False)])
async def test_a_group_inherits_again_where_there_is_no_other_way(mixed, options, asked, inherits):
    """On a way back nothing can be cancelled: a group that has settings of its own since then inherits again.

    One that inherits since then has settings of its own again.
    """
    async with Stage(mixed) as stage:
        plan, state = await begun(stage)
        owners = {owner.group_id for owner in plan.body.scopes}
        planned = {group: group not in owners for owner in plan.body.scopes for group in owner.groups}
        below = (each for each in stage.simulation.site.groups.values() if each.path != ROOT_GROUP)
        group = next(each for each in below if planned.get(GroupId(each.id)) is inherits)
        stage.simulation.groups.set_inheritance(group.path, inherits=not inherits)
        drift = NamedDrift(code="inheritance-drift", subject=group.path, message="own", matters=True, blocks=True)
        shown = Attention(code="drift", subject="", message="own", options=options, raised_at=START)
        changed = state.model_copy(update={"drift": (drift,), "attention": (shown,)})
        back = [(group.path, inherits)] if asked else []
        assert list(inheritance_to_put_back(stage.simulation, changed, plan.body)) == back
