"""Properties: on whatever site, with whatever goes wrong and whatever people say and when, no invariant is violated.

Hypothesis draws what otherwise a seed draws, so that what it finds shrinks to the smallest site that shows it.
"""

import asyncio
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import START, ScriptedMove
from simulation.judged.invariants import check
from simulation.played.run import play
from tests.proof.drawn.drawing import Sizes, drawn

FEW = Sizes(servers=3, groups=4, clients=8, holdout=timedelta(days=30))
LONG = timedelta(days=3)
BOUNDED = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    # a rotation of months takes a second, and a test of a session's rotation plays others beside it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


class Drawn(Chance):
    """Chance that Hypothesis decides: once for each occasion, and the least is the simplest."""

    def __init__(self, data):
        super().__init__(0)
        self._data, self._drawn = data, {}

    def share(self, *occasion):
        """A number from 0 to 1, the same again for the same occasion."""
        if occasion not in self._drawn:
            self._drawn[occasion] = self._data.draw(st.integers(0, 999), label="/".join(map(str, occasion))) / 1000
        return self._drawn[occasion]


@BOUNDED
@given(data=st.data(), seed=st.integers(0, 2**16))
def test_the_invariants_hold_on_any_site_whatever_goes_wrong(data, seed):
    """Sites, SEPM's open questions, mistakes, acts of others, all drawn: no client is lost that could be saved."""
    facts = asyncio.run(play(drawn(Drawn(data), seed, FEW, Faults.ALL)))
    assert check(facts) == ()


@BOUNDED
@given(data=st.data())
def test_people_may_hold_extend_and_cancel_at_any_moment(data, mixed, played):
    """Beside any event of the rotation, a second before, with it or after, in any order: all invariants hold."""
    moments = [event.at - START for event in played.trail]
    acts = []
    for move in data.draw(st.lists(st.sampled_from([Move.HOLD, Move.EXTEND, Move.CANCEL]), min_size=1, max_size=3)):
        beside = data.draw(st.sampled_from(moments))
        second = timedelta(seconds=data.draw(st.sampled_from([0, 1, -1, 300])))
        by = LONG if move is Move.EXTEND else None
        acts.append(ScriptedMove(after=max(timedelta(0), beside + second), move=move, by=by))

    facts = asyncio.run(play(mixed.model_copy(update={"acts": tuple(acts)})))

    assert facts.unfinished == ""
    assert check(facts) == ()
    replaced = facts.by_the_product("console.replace_certificate")
    assert facts.outcome is (Outcome.COMPLETED if replaced else Outcome.CANCELLED)
    assert all(one.at <= other.at for one, other in pairwise(facts.trail))
