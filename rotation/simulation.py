"""A simulation of a plan as it is asked for: how many runs, from which seed, with what unknown."""

from enum import StrEnum

from pydantic import Field

from rotation.values import PlanId, SimulationId, SiteId, Value

MOST_RUNS = 100
MOST_CLIENTS = 20_000
"""What one run may hold in memory on the service's machine: some 40 MB for every thousand."""


class Unknowns(StrEnum):
    """How SEPM behaves where no public source says."""

    NONE = "none"
    """As is most likely."""
    UNKNOWN = "unknown"
    """In any of the ways that none rules out, drawn for each run."""


class SimulationWish(Value):
    """What is to be played."""

    runs: int = Field(default=20, ge=1, le=MOST_RUNS)
    seed: int = Field(default=1, ge=0)
    """Of the first run; each further run takes the next one."""
    faults: Unknowns = Unknowns.NONE
    clients: int = Field(default=5000, ge=1, le=MOST_CLIENTS)
    """How many at most; of a larger site a sample with each kind's share."""

    @property
    def seeds(self) -> range:
        """The seeds of all runs."""
        return range(self.seed, self.seed + self.runs)


class SimulationState(StrEnum):
    """Where a simulation stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class NewSimulation(Value):
    """A simulation that a person has asked for."""

    id: SimulationId
    plan_id: PlanId
    site_id: SiteId
    asked_by: str
    wish: SimulationWish


class SimulateInput(NewSimulation):
    """What starts the workflow of a simulation."""

    site_name: str


class SimulateResult(Value):
    """How it ended."""

    simulation_id: SimulationId
    state: SimulationState


class PlayRunRequest(Value):
    """Play the run of one seed, unless its record is kept."""

    simulation_id: SimulationId
    seed: int


class PlayRunAnswer(Value):
    """That its record is kept."""

    seed: int
    already: bool
    """Whether it had been kept before."""


class EndSimulationRequest(Value):
    """Note how a simulation has ended; one that is completed is reported first."""

    simulation_id: SimulationId
    state: SimulationState
    reason: str = ""


class EndSimulationAnswer(Value):
    """How many runs are kept."""

    runs: int
