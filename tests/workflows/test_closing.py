"""The last look: what differs is put right, or two persons leave it so."""

from datetime import timedelta

import pytest

from rotation.plan.step import Console
from rotation.plan.work.task import DeleteList
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.judged.facts import site_facts

DIFFERS, SECOND = "site-differs", "second-person"


def stop(here):
    """A server stops while the last look waits."""
    here.stage.simulation.stop_server("SEPM-2")


def deletes(state):
    """Whether a person is asked to delete a list."""
    return isinstance(state.step, Console) and isinstance(state.step.work, DeleteList)


@pytest.fixture
def answered(played):
    """The answers of people, one after the other, when they are asked about what differs."""

    def deeds(*answers):
        asked = [
            played.Deed(played.asked(code), lambda here, move=move, who=who: here.say(move, who=who))
            for code, move, who in answers
        ]
        return played.in_turn(played.Deed(played.at("closing"), stop), *asked)

    return deeds


async def test_two_persons_leave_the_site_as_it_is(played, answered):
    """A server that is down for good does not hold it for ever: the trail has who left it so, and what differs."""
    deeds = answered((DIFFERS, Move.PROCEED, "ann"), (SECOND, Move.APPROVE, "eve"))
    async with played.play(*deeds) as here:
        here.absent = lambda state: played.asked(DIFFERS)(state) or played.asked(SECOND)(state)
        before = site_facts(here.stage.simulation).log_sizes
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert here.stage.simulation.effects.count("rest.client_log") == 2
    assert site_facts(here.stage.simulation).log_sizes == before, "what moved a policy is put back all the same"
    assert (DIFFERS, "") in here.named("adopted")
    (left,) = [each.message for each in here.trail if each.data.get("code") == DIFFERS and each.kind == "adopted"]
    assert left == "SEPM-2: does not answer; ann and eve leave it so"


async def test_it_is_looked_at_again_when_it_was_put_right(played, answered):
    """A wish that the second person does not approve is over; with the server up the rotation ends by itself."""

    def put_right(here):
        here.stage.simulation.start_server("SEPM-2")
        return here.say(Move.RETRY)

    deeds = answered((DIFFERS, Move.PROCEED, "ann"), (SECOND, Move.RETRY, "eve"))
    right = played.Deed(played.asked(DIFFERS), put_right, follows=deeds[-1])
    async with played.play(*deeds, right) as here:
        here.absent = lambda state: played.asked(DIFFERS)(state) or played.asked(SECOND)(state)
        outcome = await here.run()

    assert right.done
    assert outcome is Outcome.COMPLETED
    assert [subject for code, subject in here.named("adopted") if code == DIFFERS] == []


async def test_clients_that_are_not_back_are_named(played):
    """Nothing waits for a client that an old image has cut off since the last gate; its name stands in the trail."""

    def reimage(here):
        client, *_ = here.stage.simulation.fleet.settled()
        here.kept["gone"] = client.name
        here.absent = lambda _: True
        here.stage.simulation.machines.reimage(client.name, image_age=timedelta(days=100), keeps_record=True)

    def come_back(here):
        here.absent = lambda _: False

    gone = played.Deed(deletes, reimage)
    async with played.play(*played.in_turn(gone, played.Deed(deletes, come_back, after=4 * played.HEARTBEAT))) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    quiet = [event.message for event in here.trail if event.kind == "quiet"]
    assert any(message.endswith(f"perhaps switched off: {here.kept['gone']}") for message in quiet), quiet
