"""Simulations as they are asked for and shown."""

import hashlib
import json
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationError

from api.manners.paging import PageShown
from api.plan.simulation_result import SimulationResult
from rotation.simulation import MOST_RUNS, SimulationState, SimulationWish, Unknowns
from rotation.values import PlanId, SimulationId, SiteId, Value
from store.rotation.simulations import Simulation

_LARGEST_SEED = (1 << 31) - 1 - MOST_RUNS
"""So that the seed of the last run is a number of 32 bits, as the store keeps it."""


class SimulationRequest(SimulationWish):
    """What is to be played."""

    seed: int = Field(default=1, ge=0, le=_LARGEST_SEED)

    def wish(self) -> SimulationWish:
        """The same as it is stored."""
        return SimulationWish(**dict(self))

    def fingerprint(self, plan_id: PlanId, who: str) -> str:
        """SHA-256 of the request: the same request has the same fingerprint, whenever it is sent."""
        content = {"plan_id": plan_id, "who": who, **self.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class RunsShown(Value):
    """How far it is."""

    done: int
    of: int


class SimulationInList(Value):
    """A simulation in short."""

    id: SimulationId
    plan_id: PlanId
    site_id: SiteId
    asked_by: str
    created_at: datetime
    state: SimulationState
    runs: RunsShown
    seed: int
    faults: Unknowns
    clients: int
    ended_at: datetime | None
    reason: str = Field(description="Why it failed")

    @classmethod
    def of(cls, simulation: Simulation) -> "SimulationInList":
        """The document of a stored simulation."""
        return cls(**_common(simulation))


class SimulationShown(SimulationInList):
    """A simulation, and what came of it."""

    result: SimulationResult | None = Field(
        description="What `rotator simulate --plan ID --json` prints; null until all runs are played"
    )

    @classmethod
    def of(cls, simulation: Simulation) -> "SimulationShown":
        """The document of a stored simulation."""
        common, result = _common(simulation), None
        if simulation.report is not None:
            try:
                result = SimulationResult.model_validate_json(simulation.report)
            except ValidationError:
                common["reason"] = "the result that is kept cannot be read; play the plan once more"
        return cls(**common, result=result)


class SimulationList(PageShown[SimulationInList]):
    """A page of the simulations of a plan, the newest first."""


def _common(simulation: Simulation) -> dict[str, Any]:
    wish = simulation.wish
    return {
        "id": simulation.id,
        "plan_id": simulation.plan_id,
        "site_id": simulation.site_id,
        "asked_by": simulation.asked_by,
        "created_at": simulation.created_at,
        "state": simulation.state,
        "runs": RunsShown(done=simulation.done, of=wish.runs),
        "seed": wish.seed,
        "faults": wish.faults,
        "clients": wish.clients,
        "ended_at": simulation.ended_at,
        "reason": simulation.reason,
    }
