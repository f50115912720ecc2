"""Between two servers of a wave the rest is computed again: a difference is an amendment, and what was done stays."""

from rotation.plan.scope import Treatment
from rotation.running.message import Move
from rotation.running.state import Outcome


def kiosks(here):
    """A group of its own is made, and a client that does not fail over is moved into it."""
    group = here.hands.add_group("My Company\\Kiosks")
    client = next(each for each in here.stage.simulation.fleet.clients if each.name == "OLD-0001")
    here.stage.simulation.fleet.move(client.id, group)
    here.kept["added"] = {pair: value for pair, value in here.settings().items() if "Kiosks" in pair[0]}


def began(here):
    """The steps in the order in which they began: number and id."""
    return [(event.data["number"], event.data["step"]) for event in here.trail if event.kind == "step-began"]


async def test_a_group_born_after_the_first_certificate_is_relaxed_before_the_second(played):
    """Found by the recheck, approved: it is relaxed and gated with the others, then the rest follows, 0 lost."""
    async with played.play(played.Deed(played.at("B3"), kiosks, after=played.HEARTBEAT)) as here:
        before = here.settings()
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    numbers = [number for number, _ in began(here)]
    first, second, _ = (index for index, number in enumerate(numbers) if number == "B2")
    assert numbers[first:second] == ["B2", "B3", "signed", "shown", "recheck", *("A5", "A7", "A8") * 2, "look"]
    amended = next(event for event in here.trail if event.kind == "amended")
    assert amended.data["number"] == "recheck"
    added = next(owner for owner in here.body.scopes if owner.path.endswith("Kiosks"))
    assert added.treatment is Treatment.RELAX
    assert len({step.id for step in here.body.steps}) == len(here.body.steps)
    assert here.settings() == before | here.kept["added"]
    assert here.lost() == []


async def test_no_difference_asks_no_person(played):
    """R is relaxed while the rest is computed again: that is what the plan itself did."""
    async with played.play() as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert [number for number, _ in began(here)].count("recheck") == 2
    assert not [message for message, _ in here.replies if message.move is Move.APPROVE]


async def test_an_amended_rotation_is_rolled_back(played):
    """With more groups relaxed since: the old certificates go back, and every pair is as it was born."""
    deeds = (
        played.Deed(played.at("B3"), kiosks, after=played.HEARTBEAT),
        played.Deed(
            lambda state: len(state.swapped) == 2 and state.wait,
            lambda here: here.say(Move.ROLL_BACK),
            after=played.HEARTBEAT,
        ),
    )
    async with played.play(*deeds) as here:
        before = here.settings()
        outcome = await here.run()

    assert outcome is Outcome.ROLLED_BACK
    assert here.settings() == before | here.kept["added"]
    assert here.lost() == []
