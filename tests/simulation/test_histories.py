from datetime import timedelta

import pytest

from simulation.durable import same_run
from simulation.invariants import check
from simulation.run import in_many_histories, play
from tests.proof.seeds import scenario


@pytest.mark.parametrize("seed", [0, 4, 8, 12])
async def test_a_rotation_goes_on_from_its_state_alone(seed):
    """With a new history in every wait a rotation does the same at the same times, and violates nothing."""
    whole, cut = await play(scenario(seed)), await play(scenario(seed), in_many_histories)
    assert same_run(whole, cut) == ""
    assert not check(cut)


async def test_what_a_person_must_decide_about_holds_a_write_in_a_new_history_too():
    """A group was born before the way back: what asks about it before the lists are assigned asks in a new history."""
    asked = scenario(5).model_copy(update={"longest": timedelta(days=6)})
    whole, cut = await play(asked), await play(asked, in_many_histories)
    told = [[(event.at, event.kind) for event in facts.trail] for facts in (whole, cut)]
    assert any("was born during the rotation (ask" in event.message for event in whole.trail)
    assert told[0] == told[1]
