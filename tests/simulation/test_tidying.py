"""People who put a site right: they write what somebody has changed, and nothing that is right already."""

from emulator.effects import Actor, acting
from emulator.operations import AssignList
from emulator.spec import ListSpec
from rotation.state import Phase
from simulation.facts import site_facts
from simulation.stage import Stage
from simulation.tidying import unasked_changes


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
