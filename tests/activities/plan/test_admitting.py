"""What a history begins with, held against the store."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.plan.admitting import Admitting
from emulator.scenarios import one_server
from engine.contract import REFUSED_INPUT, AdmitRequest
from rotation.site import Limits
from rotation.values import PlanId
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from store.progress import Progress, RotationStatus


@pytest.fixture
async def stage():
    """A site of one server with a rotation that was recorded."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        plan = await made.plan()
        state = await made.begin(plan)
        yield (
            made,
            AdmitRequest(
                rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, plan_hash=plan.hash, number=0
            ),
        )


async def reported(made, request, number, status=RotationStatus.RUNNING) -> None:
    """The rotation has reported an event of that number."""
    await made.store.rotations.project(request.rotation_id, Progress(status=status), made.clock.now(), number=number)


async def refused(made, request) -> str:
    """Why it is not begun; no try will help."""
    with pytest.raises(ApplicationError) as refusal:
        await Admitting(made.world).admit(request)
    assert (refusal.value.type, refusal.value.non_retryable) == (REFUSED_INPUT, True)
    return refusal.value.message


async def test_a_start_is_admitted_once(stage) -> None:
    """Before its first event, with the plan that was stored; not after it, and with no other plan."""
    made, request = stage
    assert (await Admitting(made.world).admit(request)).count == 0
    assert "was started with plan" in await refused(made, request.model_copy(update={"plan_id": PlanId("other")}))
    assert "was started with plan" in await refused(made, request.model_copy(update={"plan_hash": "00"}))
    await reported(made, request, 1)
    assert "runs, and has reported event 1" in await refused(made, request)


async def test_a_state_is_admitted_unless_the_store_is_further(stage) -> None:
    """Where the store was put back it is behind, and the state is taken; an older state is one that was copied."""
    made, request = stage
    await reported(made, request, 7)
    for number in (7, 8):
        assert (await Admitting(made.world).admit(request.model_copy(update={"number": number}))).count == 7
    older = await refused(made, request.model_copy(update={"number": 6}))
    assert "has reported event 7, and this state is of event 6" in older


@pytest.mark.parametrize("number", [0, 9])
async def test_nothing_is_begun_of_what_has_ended(stage, number) -> None:
    """A start and a state alike."""
    made, request = stage
    await reported(made, request, 3, RotationStatus.COMPLETED)
    assert "has ended: it was completed" in await refused(made, request.model_copy(update={"number": number}))
