"""Simulations in Temporal: what becomes of runs that fail, and of a simulation that was ended there."""

import asyncio
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from engine.client.simulations import cancel_simulation, start_simulation
from engine.contract import SIMULATIONS_QUEUE, ActivityName
from engine.ids import simulation_workflow
from engine.plugin import RotatorPlugin
from rotation.simulation import (
    EndSimulationAnswer,
    EndSimulationRequest,
    PlayRunAnswer,
    PlayRunRequest,
    SimulateInput,
    SimulateResult,
    SimulationState,
    SimulationWish,
)
from rotation.values import PlanId, SimulationId, SiteId
from tests.signing import SIGNING
from workflows.simulate_plan import SimulatePlan


class Player:
    """Stands for the activities that play and report."""

    def __init__(self) -> None:
        self.seeds: list[int] = []
        self.ends: list[EndSimulationRequest] = []
        self.fails: ApplicationError | None = None
        self.hangs = asyncio.Event()
        self.hangs.set()

    @activity.defn(name=ActivityName.PLAY_RUN)
    async def play_run(self, request: PlayRunRequest) -> PlayRunAnswer:
        """Answer when the test allows it."""
        self.seeds.append(request.seed)
        await self.hangs.wait()
        if self.fails is not None:
            raise self.fails
        return PlayRunAnswer(seed=request.seed, already=False)

    @activity.defn(name=ActivityName.END_SIMULATION)
    async def end_simulation(self, request: EndSimulationRequest) -> EndSimulationAnswer:
        """Remember how it ended."""
        self.ends.append(request)
        return EndSimulationAnswer(runs=len(self.seeds))


@pytest.fixture
def player():
    """The activities, in the hands of the test."""
    return Player()


@pytest.fixture
def begin():
    """A simulation of three runs that no other test has."""
    return SimulateInput(
        id=SimulationId(f"sim-{uuid4().hex}"),
        plan_id=PlanId("plan-1"),
        site_id=SiteId("site-1"),
        asked_by="ann",
        wish=SimulationWish(runs=3, seed=7),
        site_name="Vienna",
    )


@pytest.fixture
async def started(client, worker_client, task_queue, player, begin):
    """The handle of the simulation, served by a worker."""
    runs = Worker(worker_client, task_queue=task_queue + SIMULATIONS_QUEUE, activities=[player.play_run])
    rest = Worker(worker_client, task_queue=task_queue, workflows=[SimulatePlan], activities=[player.end_simulation])

    async def start():
        await start_simulation(client, begin, task_queue=task_queue)
        return worker_client.get_workflow_handle(simulation_workflow(begin.id), result_type=SimulateResult)

    async with runs, rest:
        yield start


async def test_each_seed_is_played_once_and_then_reported(started, player):
    """In order, on the queue of simulations; a second start of the same changes nothing; and its history replays."""
    handle = await started()
    await started()
    assert (await handle.result()).state is SimulationState.COMPLETED
    await started()
    assert (player.seeds, [end.state for end in player.ends]) == ([7, 8, 9], [SimulationState.COMPLETED])
    await Replayer(workflows=[SimulatePlan], plugins=[RotatorPlugin(signing=SIGNING)]).replay_workflow(
        await handle.fetch_history()
    )


async def test_a_plan_that_cannot_be_played_has_failed_with_the_reason(started, player):
    """No other run is tried, and the reason is kept."""
    player.fails = ApplicationError("the site has several domains", type="cannot-be-played", non_retryable=True)
    assert (await (await started()).result()).state is SimulationState.FAILED
    assert player.seeds == [7]
    assert [(end.state, "several domains" in end.reason) for end in player.ends] == [(SimulationState.FAILED, True)]


async def test_a_cancel_ends_the_run_that_plays_and_is_noted(started, player, client, begin):
    """In Temporal the simulation shows as cancelled; no other run begins."""
    player.hangs.clear()
    handle = await started()
    async with asyncio.timeout(30):
        while not player.seeds:  # noqa: ASYNC110 - it lies behind Temporal
            await asyncio.sleep(0.05)
    assert await cancel_simulation(client, begin.id)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert ([end.state for end in player.ends], player.seeds) == ([SimulationState.CANCELLED], [7])
    assert not await cancel_simulation(client, SimulationId("sim-none"))
