"""Groups born during the rotation: whose clients are counted, and who else two persons leave out (rules 1 and 17)."""

from datetime import timedelta

from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
LEGACY = "My Company\\Legacy"
KIOSKS = "My Company\\Kiosks"
ANNEX = f"{LEGACY}\\Annex"


def move(here, name, group):
    """A client is moved."""
    site, fleet = here.stage.simulation.site, here.stage.simulation.fleet
    client = next(each for each in fleet.clients if each.name == name)
    fleet.move(client.id, site.group(group).id)


def bear(name, group, *, inherits):
    """A group is made, and a client moved there."""

    def done(here):
        here.stage.simulation.groups.add_group(group, inherits=inherits)
        move(here, name, group)

    return done


def passed(here, number):
    """The event of the first gate of that number that passed."""
    return next(event for event in here.trail if event.kind == "gate-passed" and event.data["number"] == number)


async def test_clients_of_a_group_that_follows_a_planned_owner_are_counted_there(played):
    """A relaxed client is moved to a group below its own, born in gate A8: the gate waits for it all the same."""
    async with played.play() as undisturbed:
        await undisturbed.run()
    async with played.play(played.Deed(played.at("A8"), bear("OLD-0001", ANNEX, inherits=True))) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert passed(here, "A8").message == passed(undisturbed, "A8").message, "nobody dropped out of the denominator"
    assert ("group-new", ANNEX) in here.named("drift")
    assert not [message for code, message in here.asked if ANNEX in message], "there is nothing to decide"
    assert here.lost() == []


async def test_rule_1_clients_of_a_group_with_settings_of_its_own_are_left_out_by_two_persons(played):
    """No gate has a rule for them: the rotation waits, and goes on without them by name when a second person agrees."""
    born = played.Deed(played.at("A8"), bear("BRANCH-0001", KIOSKS, inherits=False))
    wish = played.Deed(played.asked("drift"), lambda here: here.say(Move.PROCEED, "ann"), follows=born)
    alone = played.Deed(
        played.asked("second-person"), lambda here: here.say(Move.APPROVE, "Ann", identity="ann"), follows=wish
    )
    second = played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve"), follows=alone)
    async with played.play(born, wish, alone, second) as here:
        here.absent = lambda state: played.asked("drift")(state) or played.asked("second-person")(state)
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(here.state.rotation_id)
        names = {client.id: client.name for client in await here.stage.store.roster.entries(here.state.site_id, None)}

    assert outcome is Outcome.COMPLETED
    assert not alone.answer.accepted, "one person alone went on"
    assert "among them BRANCH-0001" in played.attention(wish.saw, "drift").message
    assert KIOSKS in played.attention(second.saw, "second-person").message
    assert {names[client] for client in left_out} == {"BRANCH-0001"}
    adopted = next(event for event in here.trail if event.kind == "adopted" and event.data["code"] == "group-new")
    text = f"{KIOSKS}: 1 clients are left out; ann and eve leave it as it is"
    assert adopted.message.startswith(text)


async def test_a_wish_to_go_on_with_a_born_group_is_over_when_the_group_is_empty(played):
    """The client is moved back while the second person is asked: no client is left out, and nothing is asked."""
    born = played.Deed(played.at("A8"), bear("BRANCH-0001", KIOSKS, inherits=False))
    wish = played.Deed(played.asked("drift"), lambda here: here.say(Move.PROCEED, "ann"), follows=born)
    back = played.Deed(
        played.asked("second-person"), lambda here: move(here, "BRANCH-0001", "My Company\\Branch"), follows=wish
    )
    async with played.play(born, wish, back) as here:
        here.absent = lambda state: played.asked("drift")(state) or played.asked("second-person")(state)
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(here.state.rotation_id)

    assert outcome is Outcome.COMPLETED
    assert left_out == frozenset()
    assert here.state.proceed is None
    assert here.lost() == []
