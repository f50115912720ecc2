"""A cancel meets a server that is silent, and may have the new certificate: two persons restore all the same."""

import pytest

from rotation.running.message import Move
from rotation.running.state import Outcome, Phase
from simulation.played.host import SimulatedHost
from workflows.run import run_rotation

SILENT, SECOND = "silent-while-turning-back", "second-person"


def stop(here):
    """A server goes down, and stays down."""
    here.stage.simulation.console.stop_server("SEPM-3")


def cancelled(played, *deeds):
    """A rotation that is cancelled in gate A8 while a server is down."""
    first = (
        played.Deed(played.at("A8"), stop),
        played.Deed(played.at("A8"), lambda here: here.say(Move.CANCEL)),
    )
    return played.play(*played.in_turn(*first, *deeds))


async def test_a_silent_server_takes_two_persons(played):
    """One person may only wish to restore; the same one under another name approves nothing, another one does."""
    asked, second = played.asked(SILENT), played.asked(SECOND)
    alone, wish, costume, other = deeds = (
        played.Deed(asked, lambda here: here.say(Move.APPROVE, "eve")),
        played.Deed(asked, lambda here: here.say(Move.PROCEED, "ann", "it burnt down")),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "Ann Admin", identity="ann")),
        played.Deed(second, lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with cancelled(played, *deeds) as here:
        here.absent = lambda state: asked(state) or second(state)
        before = here.settings()
        outcome = await here.run()

    assert [each.answer.accepted for each in (alone, wish, costume, other)] == [False, True, False, True]
    assert "SEPM-3 is silent" in played.attention(other.saw, SECOND).message
    assert outcome is Outcome.CANCELLED
    assert (SILENT, "") in here.named("adopted")
    assert here.settings() == before


class TornError(Exception):
    """The history ends here."""


async def test_a_new_history_goes_on_turning_back(played):
    """A history that ends while a silent server is asked about hands over a rotation that turns back, not forth."""

    def tear(_):
        raise TornError

    asked = played.asked(SILENT)
    torn = played.Deed(asked, tear)
    async with cancelled(played, torn) as here:
        here.absent = asked
        with pytest.raises(TornError):
            await here.run()
        handed_over = torn.saw.model_validate_json(torn.saw.model_dump_json())
        assert (handed_over.phase, handed_over.undoing) == (Phase.TURNING_BACK, None)
        here.absent = lambda _: False
        host = SimulatedHost(here.activities(), here.stage.clock, here, until=here.stage.clock.now() + played.LONGEST)
        outcome = await run_rotation(host.run(handed_over))
        began = [each.data["step"] for each in await here.stage.trail() if each.kind == "step-began"]

    assert outcome is Outcome.CANCELLED
    assert not [step for step in began if "A9" in step], "no certificate is replaced after the cancel"
