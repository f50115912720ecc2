"""Playing a simulation: one run at a time, each stored before it is reported; then the report."""

import json

from temporalio import activity

from activities.order.simulation_process import in_its_own_process
from engine.contract import ActivityName
from rotation.simulation import (
    EndSimulationAnswer,
    EndSimulationRequest,
    PlayRunAnswer,
    PlayRunRequest,
    SimulationState,
)
from rotation.values import SimulationId
from service.world import World


class Playing:
    """Simulations of plans."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.PLAY_RUN)
    async def play_run(self, request: PlayRunRequest) -> PlayRunAnswer:
        """Play the run of a seed and keep its record; one that is kept is not played again."""
        simulations = self._world.store.simulations
        if await simulations.is_played(request.simulation_id, request.seed):
            return PlayRunAnswer(seed=request.seed, already=True)
        record = await in_its_own_process("run", await self._given(request.simulation_id, seed=request.seed))
        await simulations.add_run(request.simulation_id, request.seed, record)
        return PlayRunAnswer(seed=request.seed, already=False)

    @activity.defn(name=ActivityName.END_SIMULATION)
    async def end_simulation(self, request: EndSimulationRequest) -> EndSimulationAnswer:
        """Note how it ended; with the report of its runs when it is completed. The first end stays."""
        simulations, report = self._world.store.simulations, None
        records = await simulations.records(request.simulation_id)
        if request.state is SimulationState.COMPLETED:
            played = [json.loads(record) for record in records]
            report = await in_its_own_process("report", await self._given(request.simulation_id, records=played))
        await simulations.end(
            request.simulation_id, request.state, self._world.clock(), report=report, reason=request.reason
        )
        return EndSimulationAnswer(runs=len(records))

    async def _given(self, simulation_id: SimulationId, **more: object) -> str:
        """What the process is given, as JSON."""
        simulations = self._world.store.simulations
        wish = (await simulations.get(simulation_id)).wish
        surveyed = await simulations.site(simulation_id)
        about = {"most": wish.clients, "faults": wish.faults, "surveyed": surveyed.model_dump(mode="json")}
        return json.dumps({**about, **more})
