"""What came of a simulation of a plan, as the API shows it: what `rotator simulate --plan ID --json` prints."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from rotation.finding import Finding
from rotation.simulation import MOST_CLIENTS, MOST_RUNS, Unknowns
from rotation.span import Length
from rotation.values import PlanId, SiteId, Value

_WORST = 5
_BEHAVIOURS = 50
Count = Annotated[int, Field(ge=0)]


class SimulatedCounts(Value):
    """How a number is spread over the runs. Each is one that really occurred."""

    least: Count
    median: Count
    most_of_95: Count = Field(description="What 95 of 100 runs do not exceed")
    most: Count


class SimulatedLengths(Value):
    """How a length of time is spread over the runs, as of numbers."""

    least: Length
    median: Length
    most_of_95: Length = Field(description="What 95 of 100 runs do not exceed")
    most: Length


class SimulatedPlan(Value):
    """Which plan was played."""

    id: PlanId
    hash: str
    steps_sha256: str = Field(description="What its steps come to, certificates aside")
    site_id: SiteId
    site: str
    clients_of_site: Count
    played: Count = Field(description="How many of them are in each run: all, or a sample with each kind's share")
    most: Count = Field(description="How many could have been played, as was asked")
    vanished: Count = Field(description="Clients that SEPM does not list any more: not played")


class SimulatedDifference(Value):
    """How plans that were played differ from the approved one."""

    finding: Finding
    runs: Count


class SimulatedLoss(Value):
    """A client that lost its site."""

    client: str
    group: str
    since: datetime
    why: str
    after: str = Field(description="The effect that cut it off")
    exemption: str = Field(description="Why the promise does not cover it; empty when it does")


class SimulatedViolation(Value):
    """An invariant of the product that did not hold, and where."""

    invariant: str
    subject: str
    message: str


class SimulatedRun(Value):
    """One simulated rotation. The same seed gives the same one."""

    seed: Count
    outcome: str = Field(
        description="completed, cancelled, rolled-back; refused: no plan could be made; unfinished: it took too long"
    )
    reason: str
    duration: Length
    exposure: Length = Field(description="How long secure communications were off somewhere, where they had been on")
    clients: Count
    left_out: Count = Field(description="Clients left out by name, in the plan or in a gate")
    lost: tuple[SimulatedLoss, ...] = Field(max_length=MOST_CLIENTS)
    violations: tuple[SimulatedViolation, ...]
    refused: tuple[Finding, ...]
    behaviour: dict[str, str | int | bool | None] = Field(
        max_length=_BEHAVIOURS, description="How SEPM behaved, where that is open and was not as is most likely"
    )
    steps_sha256: str
    differs: tuple[Finding, ...] = Field(description="How its plan differs from the approved one")


class SimulationResult(Value):
    """What would happen to the site."""

    played: SimulatedPlan
    faults: Unknowns
    runs: int = Field(ge=1, le=MOST_RUNS)
    outcomes: dict[str, Count] = Field(description="How many runs have ended so")
    lost: SimulatedCounts = Field(description="Clients that lost the site, whatever cut them off")
    lost_by_the_rotation: Count = Field(description="Of all runs together: those that no exemption covers")
    left_out: SimulatedCounts = Field(
        description="Clients that a person left out by name, in the plan or because a gate waited for them for too long"
    )
    duration: SimulatedLengths
    exposure: SimulatedLengths
    differs: tuple[SimulatedDifference, ...] = Field(
        description="Where a plan made from a simulated survey is another than the approved one"
    )
    worst: tuple[SimulatedRun, ...] = Field(
        max_length=_WORST, description="The runs that lost most; then those of the longest exposure"
    )
    again: dict[int, str] = Field(
        max_length=_WORST, description="By seed, the command that plays each of the worst runs once more"
    )
