"""The first step: a plan that the site has left behind is not begun, and nothing is changed."""

from emulator.scenarios import one_server
from emulator.spec import DEFAULT_LIST, ROOT_GROUP
from rotation.running.message import Move
from rotation.running.state import Outcome

STALE = "plan-is-stale"
OTHER = "Somebody's list"


async def overtaken(stage):
    """A plan, and a list that a person assigns after it."""
    plan = await stage.plan()
    stage.simulation.console.copy_list(DEFAULT_LIST, OTHER)
    stage.simulation.console.assign_list(OTHER, ROOT_GROUP, "Default")
    return plan


def small(played):
    """A site of one server."""
    return one_server(clients=4, heartbeat=played.HEARTBEAT)


async def test_a_plan_that_is_behind_its_site_is_not_begun(played):
    """A person assigned another list since: it is named, cancelled, and nothing of it was changed."""
    cancelled = played.Deed(played.asked(STALE), lambda here: here.say(Move.CANCEL))
    async with played.play(cancelled, spec=small(played), planned=overtaken) as here:
        here.absent = played.asked(STALE)
        outcome = await here.run()

    asked = played.attention(cancelled.saw, STALE)
    assert ROOT_GROUP in asked.message
    assert set(asked.options) == {Move.RETRY, Move.CANCEL}
    assert outcome is Outcome.CANCELLED
    assert [each.kind for each in here.stage.simulation.effects.views() if each.actor.asked] == []
    assert here.settings()[ROOT_GROUP, "Default"][0] == OTHER


async def test_it_begins_when_the_site_is_as_planned_again(played):
    """The list is assigned as it was and a person retries: the plan runs to its end, and no client is lost."""

    def put_right(here):
        here.stage.simulation.console.assign_list(DEFAULT_LIST, ROOT_GROUP, "Default")
        here.stage.simulation.console.delete_list(OTHER)
        return here.say(Move.RETRY)

    right = played.Deed(played.asked(STALE), put_right)
    async with played.play(right, spec=small(played), planned=overtaken) as here:
        here.absent = played.asked(STALE)
        outcome = await here.run()

    assert right.done
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
