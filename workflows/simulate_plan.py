"""SimulatePlan: play what a plan would do to its site, many times, on simulated time."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from engine.contract import SIMULATE_WORKFLOW, SIMULATIONS_QUEUE, ActivityName
    from rotation.simulation import (
        EndSimulationAnswer,
        EndSimulationRequest,
        PlayRunAnswer,
        PlayRunRequest,
        SimulateInput,
        SimulateResult,
        SimulationState,
    )

_SOME_TIMES = RetryPolicy(initial_interval=timedelta(seconds=5), backoff_coefficient=3, maximum_attempts=5)
"""Over three minutes: a store may be away for a while, and what fails each time shall be reported."""
_UNTIL_IT_IS_KEPT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
_BEATS = timedelta(seconds=15)


@workflow.defn(name=SIMULATE_WORKFLOW)
class SimulatePlan:
    """A simulation. It touches no site: what it plays was stored when it was asked for."""

    @workflow.run
    async def run(self, begin: SimulateInput) -> SimulateResult:
        """Play a plan's site once for each seed, and report.

        1. play the run of each seed, one after the other, on the queue of simulations: a process of its own for each,
           one at a time for each worker; its record is stored, and a record that is stored is not played again
        2. report on all records, and store the report: the simulation is completed
        3. cancelled, by a request or in the Temporal UI: end the run that plays, keep the records, note that
        4. a run that cannot be played, or that has failed some times: note why, the simulation has failed
        """
        try:
            for number, seed in enumerate(begin.wish.seeds, 1):
                workflow.set_current_details(f"Run {number} of {begin.wish.runs}, seed {seed}")
                await self._play(begin, seed)
            return await self._end(begin, SimulationState.COMPLETED)
        except (ActivityError, asyncio.CancelledError) as error:
            if is_cancelled_exception(error):
                await self._end(begin, SimulationState.CANCELLED)
                raise
            return await self._end(begin, SimulationState.FAILED, _reason(error))

    async def _play(self, begin: SimulateInput, seed: int) -> None:
        await workflow.execute_activity(
            ActivityName.PLAY_RUN.value,
            PlayRunRequest(simulation_id=begin.id, seed=seed),
            result_type=PlayRunAnswer,
            task_queue=f"{workflow.info().task_queue}{SIMULATIONS_QUEUE}",
            start_to_close_timeout=timedelta(hours=6),
            heartbeat_timeout=_BEATS,
            retry_policy=_SOME_TIMES,
            summary=f"play seed {seed}",
        )

    async def _end(self, begin: SimulateInput, state: SimulationState, reason: str = "") -> SimulateResult:
        await workflow.execute_activity(
            ActivityName.END_SIMULATION.value,
            EndSimulationRequest(simulation_id=begin.id, state=state, reason=reason),
            result_type=EndSimulationAnswer,
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=_BEATS,
            # the report is made by a process, which may fail each time; a mere note waits for the store
            retry_policy=_SOME_TIMES if state is SimulationState.COMPLETED else _UNTIL_IT_IS_KEPT,
            summary=state.value,
        )
        workflow.set_current_details(state.value)
        return SimulateResult(simulation_id=begin.id, state=state)


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    return str(cause or error)
