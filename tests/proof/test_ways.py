"""The ways out that a proof takes through Temporal: each is known to be taken, counted, and missed where it is not."""

import math

import pytest
from rich.console import Console

from rotation.running.state import Outcome as End
from simulation.played.run import play
from tests.proof.lanes import durably, in_process
from tests.proof.outcome import Outcome
from tests.proof.summary import WHOLE, show, summary
from tests.proof.test_summary import ONE
from tests.proof.ways import KNOWN, Way, scenario, ways


@pytest.mark.parametrize("way", [Way.REFUSAL, Way.CLAIM])
async def test_what_is_known_to_take_a_way_takes_it(way):
    """The facts of the played scenario show it, and not the other one."""
    facts = await play(scenario(KNOWN[way]))
    assert list(ways(facts)) == [way]
    assert facts.outcome is (End.ROLLED_BACK if way is Way.REFUSAL else End.CANCELLED)


def test_each_way_that_was_taken_with_the_same_events_is_counted():
    """A run that differs counts for nothing; a whole run that lacks a way is none, and says so."""

    def went(*taken: Way, **changes: object) -> Outcome:
        return ONE.model_copy(update={"differs": "", "ways": taken, **changes})

    some = [
        went(Way.REFUSAL, Way.CLAIM),
        went(Way.CLAIM),
        went(Way.CUT, differs="another event"),
        went(Way.CUT, error="no"),
    ]
    whole, part = (summary([ONE], some, wanted=1, wanted_compared=wanted) for wanted in (WHOLE, WHOLE - 1))
    assert whole.ways == {Way.REFUSAL.value: 1, Way.CLAIM.value: 2, Way.CUT.value: 0}
    assert (whole.untaken, part.untaken) == ((Way.CUT.value,), ())
    console = Console(record=True, width=120)
    show(console, whole, 1.0)
    assert any(
        line.startswith(Way.CUT.value) and "there must be one" in line for line in console.export_text().split("\n")
    )
    assert summary([ONE], [went(*Way)], wanted=1, wanted_compared=WHOLE).untaken == ()


def test_the_worker_of_one_seed_is_cut_off_in_its_drill():
    """Played as a lane of the proof plays it, with the same events as without a crash."""
    (here,) = in_process([KNOWN[Way.CUT]], math.inf)
    (there,) = durably([here], math.inf)
    assert (there.differs, there.error, Way.CUT in there.ways, Way.CUT in here.ways) == ("", "", True, False)
