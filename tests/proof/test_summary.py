from datetime import timedelta

from simulation.invariants import Violation
from tests.proof.outcome import Outcome, broken
from tests.proof.summary import failures, summary

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
    excuses=("a person left it out by name",),
    cpu=timedelta(seconds=1),
)


def test_everything_for_which_a_seed_is_no_proof_is_told():
    """A violation, an error of the simulation, a rotation that did not end, and a run that Temporal tells otherwise."""
    violation = Violation(invariant="nobody_is_cut_off", subject="PC-1", message="it does not verify")
    assert list(failures(ONE)) == []
    for spoilt in (
        ONE.model_copy(update={"violations": (violation,)}),
        ONE.model_copy(update={"ended": "unfinished", "reason": "stuck"}),
        ONE.model_copy(update={"differs": "another event"}),
        broken(1, ValueError("no"), 0.0),
    ):
        assert len(list(failures(spoilt))) == 1


def test_a_summary_counts_what_was_played_and_what_was_compared():
    """A rotation that was compared was played in process too, and counts once."""
    through = ONE.model_copy(update={"differs": ""})
    differing = ONE.model_copy(update={"differs": "another event"})
    told = summary([ONE, ONE], [through, differing], wanted=3, wanted_compared=2)
    assert (told.rotations, told.compared, told.client_days, told.clients) == (4, 2, 160.0, 40)
    assert (told.lost_outside_the_promise, told.excuses) == (4, {"a person left it out by name": 4})
    assert told.failures == ("seed 1: Temporal differs: another event",)
