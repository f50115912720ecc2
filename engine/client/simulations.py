"""Simulations in Temporal: start one, cancel one."""

from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from engine.client.single_start import ask_to_end, start_once
from engine.contract import SIMULATE_WORKFLOW, SearchAttribute
from engine.ids import simulation_workflow
from rotation.simulation import SimulateInput
from rotation.values import SimulationId

_SITE = SearchAttributeKey.for_keyword(SearchAttribute.SITE)


async def start_simulation(client: Client, begin: SimulateInput, *, task_queue: str | None = None) -> None:
    """Start a simulation, once: a second call for the same one changes nothing, even when it has ended.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say; call again with the same simulation.
    """
    await start_once(
        client,
        SIMULATE_WORKFLOW,
        begin,
        workflow_id=simulation_workflow(begin.id),
        what="the simulation",
        summary=f"Simulate plan {begin.plan_id} of {begin.site_name}, {begin.wish.runs} runs",
        task_queue=task_queue,
        search_attributes=TypedSearchAttributes([SearchAttributePair(_SITE, begin.site_id)]),
    )


async def cancel_simulation(client: Client, simulation_id: SimulationId) -> bool:
    """Ask a simulation to end. False: Temporal runs none of that id.

    Raises:
        TemporalDown, NoAnswer: when Temporal did not say.
    """
    return await ask_to_end(client, simulation_workflow(simulation_id))
