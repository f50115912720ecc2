from datetime import timedelta
from itertools import pairwise

from simulation.judged.invariants import Violation
from tests.proof.outcome import Outcome, broken, to_compare
from tests.proof.summary import differences, failures, summary

ONE = Outcome(
    seed=1,
    ended="completed",
    servers=2,
    groups=3,
    clients=10,
    client_time=timedelta(days=40),
    duration=timedelta(days=4),
    violations=(),
    lost=1,
    exemptions=("a person left it out by name",),
    cpu=timedelta(seconds=1),
)


def test_each_flaw_of_a_seed_is_named():
    """A violation, an error of the simulation, a rotation that did not end; and where Temporal differs."""
    violation = Violation(invariant="no_client_is_cut_off", subject="PC-1", message="it does not verify")
    assert list(failures(ONE)) == []
    for spoilt in (
        ONE.model_copy(update={"violations": (violation,)}),
        ONE.model_copy(update={"ended": "unfinished", "reason": "stuck"}),
        broken(1, ValueError("no"), 0.0),
    ):
        assert len(list(failures(spoilt))) == 1
    for spoilt in (ONE.model_copy(update={"differs": "another event"}), broken(1, ValueError("no"), 0.0)):
        assert len(list(differences(spoilt))) == 1
    assert list(differences(ONE.model_copy(update={"differs": ""}))) == []


def test_a_summary_counts_what_was_played_and_what_was_compared():
    """A rotation that was compared counts once; a site without a plan is no rotation."""
    through = ONE.model_copy(update={"differs": ""})
    differing = ONE.model_copy(update={"differs": "another event"})
    refused = ONE.model_copy(update={"refused": ("no-clients",), "clients": 0, "lost": 0, "exemptions": ()})
    counted = summary([ONE, ONE, refused], [through, differing], wanted=3, wanted_compared=2)
    assert (counted.rotations, counted.compared, counted.client_days, counted.clients) == (2, 2, 120.0, 20)
    assert (counted.lost_outside_the_promise, counted.exemptions) == (2, {"a person left it out by name": 2})
    assert counted.failures == ("seed 1: Temporal differs: another event",)


def test_rotations_of_few_events_are_compared_mostly_spread_over_all():
    """One in thirty has many events; what was refused, or ended in an error, is not compared."""
    short = [ONE.model_copy(update={"seed": seed, "events": 30}) for seed in range(290)]
    long = [ONE.model_copy(update={"seed": seed, "events": 90}) for seed in range(290, 300)]
    odd = [ONE.model_copy(update={"seed": 300}), ONE.model_copy(update={"seed": 301, "events": 30, "error": "no"})]
    taken = [each.seed for each in to_compare([*odd, *long, *short], 30)]
    assert len(taken) == 30
    assert [seed >= 290 for seed in taken] == [False] * 29 + [True]
    assert max(later - one for one, later in pairwise(taken)) == 10
