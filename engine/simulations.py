"""Simulations in Temporal: start one, cancel one."""

from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.common import WorkflowIDConflictPolicy as OnRunning
from temporalio.common import WorkflowIDReusePolicy as OnEnded
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.calls import CEILING, within
from engine.contract import SIMULATE_WORKFLOW, SearchAttribute
from engine.ids import simulation_workflow
from engine.settings import TemporalSettings
from rotation.simulation import SimulateInput
from rotation.values import SimulationId

_SITE = SearchAttributeKey.for_keyword(SearchAttribute.SITE)


async def start_simulation(client: Client, begin: SimulateInput, *, task_queue: str | None = None) -> None:
    """Start a simulation, once: a second call for the same one changes nothing, even when it has ended.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say; call again with the same simulation.
    """
    async with within(CEILING, silence="Temporal has not said whether the simulation started; try again"):
        try:
            await client.start_workflow(
                SIMULATE_WORKFLOW,
                begin,
                id=simulation_workflow(begin.id),
                task_queue=task_queue or TemporalSettings().task_queue,
                id_conflict_policy=OnRunning.USE_EXISTING,
                id_reuse_policy=OnEnded.REJECT_DUPLICATE,
                static_summary=f"Simulate plan {begin.plan_id} of {begin.site_name}, {begin.wish.runs} runs",
                search_attributes=TypedSearchAttributes([SearchAttributePair(_SITE, begin.site_name)]),
            )
        except WorkflowAlreadyStartedError:
            return


async def cancel_simulation(client: Client, simulation_id: SimulationId) -> bool:
    """Ask a simulation to end. False: Temporal runs none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    async with within(CEILING, silence="Temporal has not taken the cancel; try again"):
        try:
            await client.get_workflow_handle(simulation_workflow(simulation_id)).cancel()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
    return True
