"""What one seed of the proof came to, small enough to be kept ten thousand times."""

import time
from datetime import timedelta

from rotation.values import Value
from simulation.facts import Facts
from simulation.invariants import Violation
from simulation.record import Record, record


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
    duration: timedelta
    violations: tuple[Violation, ...]
    lost: int
    """Clients that were cut off and that the promise does not cover."""
    excuses: tuple[str, ...] = ()
    """Why not, one of each kind."""
    refused: tuple[str, ...] = ()
    """The codes for which no plan was made."""
    differs: str | None = None
    """Where the run through Temporal differed; empty: nowhere; None: it did not go there."""
    error: str = ""
    """What ended the simulation itself: a defect, always."""
    cpu: timedelta


def outcome(facts: Facts, began: float) -> Outcome:
    """What `facts` come to. `began`: this process's CPU time when it was begun."""
    told: Record = record(facts)
    spec = facts.scenario.spec
    return Outcome(
        seed=told.seed,
        ended=told.outcome,
        reason=told.reason[:200],
        servers=len(spec.servers),
        groups=len(spec.groups),
        clients=told.clients,
        client_time=facts.client_time,
        duration=told.duration,
        violations=told.violations,
        lost=len(told.lost),
        excuses=tuple(sorted({loss.excuse.partition(":")[0] for loss in told.lost})),
        refused=tuple(sorted({finding.code for finding in told.refused})),
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
