"""People who put a site right: they write what somebody has changed, and nothing that is right already."""

from emulator.effects import Actor, acting
from emulator.operations import AssignList, SetSecureCommunications
from emulator.spec import ListSpec
from rotation.plan.task import RefreshImages
from rotation.running.state import Phase
from simulation.facts import site_facts
from simulation.stage import Stage
from simulation.tidying import unasked_changes

LEGACY, BRANCH = "My Company\\Legacy", "My Company\\Branch"


async def test_a_setting_that_was_set_to_what_it_is_stays_and_another_is_put_back(mixed):
    """Somebody assigns a list where it is assigned already: there is nothing to undo."""
    other = ListSpec(name="Other", priorities=(("SEPM-1",),))
    lists = (*mixed.spec.server_lists, other)
    scenario = mixed.model_copy(update={"spec": mixed.spec.model_copy(update={"server_lists": lists})})
    async with Stage(scenario) as stage:
        state = (await stage.begin(await stage.plan())).model_copy(update={"phase": Phase.TURNING_BACK})
        began = site_facts(stage.simulation)
        (pair, (name, _)), *_ = began.settings.items()

        def put_right(given):
            with acting(Actor.HAPPENING):
                stage.simulation.console.assign_list(given, *pair)
            return list(unasked_changes(stage.simulation, began, state, lambda _: b""))

        assert put_right(name) == []
        assert put_right("Other") == [AssignList(name=name, group=pair[0], location=pair[1])]


async def test_a_group_that_was_moved_is_put_right_where_it_is(mixed):
    """What was asked before it was moved, what the plan says of it and what it had at first hold at its new path."""
    async with Stage(mixed) as stage:
        state = await stage.begin(await stage.plan())
        began = site_facts(stage.simulation)
        console, moved = stage.simulation.console, f"{BRANCH}\\Legacy"
        with acting(Actor.TASK):
            console.set_secure_communications(LEGACY, "Default", False)
        with acting(Actor.HAPPENING):
            stage.simulation.groups.move_group(LEGACY, BRANCH)
            console.set_secure_communications(moved, "Default", True)
        turning = state.model_copy(update={"phase": Phase.TURNING_BACK})
        asked = list(unasked_changes(stage.simulation, began, turning, lambda _: b""))
        assert asked == [SetSecureCommunications(group=moved, location="Default", enabled=False)]
        assert list(unasked_changes(stage.simulation, began, state, lambda _: b"")) == [], "the plan has it on still"


async def test_images_of_a_group_that_was_moved_are_refreshed(mixed, played):
    """Who reads a task that was opened before finds the group where it is."""
    task = played.tasks[0].model_copy(update={"work": RefreshImages(groups=(LEGACY,))})
    async with Stage(mixed) as stage:
        with acting(Actor.HAPPENING):
            stage.simulation.groups.move_group(LEGACY, BRANCH)
        assert await stage.operator.do(task) is not None
        assert stage.simulation.effects.count("console.refresh_golden_images", f"{BRANCH}\\Legacy") == 1
