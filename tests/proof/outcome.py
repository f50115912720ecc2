"""What one seed of the proof came to, small enough to be kept ten thousand times."""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

from rotation.values import Value
from simulation.judged.facts import Facts
from simulation.judged.invariants import Violation
from simulation.judged.record import RunRecord, record
from tests.proof.reached_codes import codes, traits
from tests.proof.temporal.durable import digest_of
from tests.proof.ways import Way, ways

_FEW, _MANY = 60, 130
"""Events of a rotation: some in a hundred have no more than the first; few have more than the second."""
_MANY_OF = 30
"""Of so many that go through Temporal one has many events."""


class Outcome(Value):
    """One seed, played."""

    seed: int
    ended: str
    """As a record's outcome."""
    reason: str = ""
    servers: int
    groups: int
    clients: int
    client_time: timedelta
    events: int = 0
    digest: str = ""
    """Of the run, event by event: a run with the same one is the same."""
    duration: timedelta
    violations: tuple[Violation, ...]
    lost: int
    """Clients that were cut off and that the promise does not cover."""
    exemptions: tuple[str, ...] = ()
    """Why not, one of each kind."""
    refused: tuple[str, ...] = ()
    """The codes for which no plan was made."""
    codes: tuple[str, ...] = ()
    """Of attention, drift, repairs, refusals and findings that came up."""
    traits: tuple[str, ...] = ()
    """What it covers: the site, SEPM's behaviour, events, tasks, ends."""
    ways: tuple[Way, ...] = ()
    """Of those that a proof must have taken through Temporal, the ones that it has come through."""
    differs: str | None = None
    """Where the run through Temporal differed; empty: nowhere; None: it did not go there."""
    error: str = ""
    """What ended the simulation itself: a defect, always."""
    cpu: timedelta


def outcome(facts: Facts, began: float) -> Outcome:
    """What `facts` come to. `began`: this process's CPU time when it was begun."""
    run: RunRecord = record(facts)
    spec = facts.scenario.spec
    return Outcome(
        seed=run.seed,
        ended=run.outcome,
        reason=run.reason[:200],
        servers=len(spec.servers),
        groups=len(spec.groups),
        clients=run.clients,
        client_time=facts.client_time,
        events=len(facts.trail),
        digest=digest_of(facts),
        duration=run.duration,
        violations=run.violations,
        lost=len(run.lost),
        exemptions=tuple(sorted({loss.exemption.partition(":")[0] for loss in run.lost})),
        refused=tuple(sorted({finding.code for finding in run.refused})),
        codes=tuple(sorted(codes(facts))),
        traits=tuple(sorted(traits(facts))),
        ways=tuple(ways(facts)),
        cpu=timedelta(seconds=time.process_time() - began),
    )


def broken(seed: int, error: Exception, began: float) -> Outcome:
    """A seed whose simulation ended in an error."""
    return Outcome(
        seed=seed,
        ended="broken",
        servers=0,
        groups=0,
        clients=0,
        client_time=timedelta(0),
        duration=timedelta(0),
        violations=(),
        lost=0,
        error=f"{type(error).__name__}: {error}"[:500],
        cpu=timedelta(seconds=time.process_time() - began),
    )


def to_compare(played: Iterable[Outcome], wanted: int) -> list[Outcome]:
    """Those that go through the real Temporal too, by seed: spread over all, nearly all of them with few events.

    Each activity costs Temporal some twenty times what it costs a simulation.
    """
    begun = sorted((each for each in played if each.events and not each.error), key=lambda each: each.seed)
    few = [each for each in begun if each.events <= _FEW]
    many = [each for each in begun if _FEW < each.events <= _MANY]
    long = wanted // _MANY_OF
    taken = [*_spread(many, long), *_spread(few, wanted - long)]
    return sorted(taken, key=lambda each: each.seed)


def _spread(among: Sequence[Outcome], wanted: int) -> Sequence[Outcome]:
    return among[:: max(1, len(among) // max(1, wanted))][:wanted]
