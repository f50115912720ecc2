"""Starting a rotation once, and the errors when that is not possible."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.worker import Worker

from engine.client.client import lazy_client
from engine.client.rotations import start_rotation, state
from engine.client.ui_summary import static_details
from engine.contract import ROTATE_WORKFLOW, STATE_QUERY, RotateInput, SearchAttribute
from engine.fault import NoAnswer, NotRunning, SiteIsBusy, TemporalDown
from engine.ids import rotation_workflow
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from rotation.plan.outline import Outline
from rotation.plan.plan import PlanBody
from rotation.running.state import RotationState
from rotation.values import RotationId


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Standing:
    """Stands for a rotation."""

    @workflow.init
    def __init__(self, begin: RotateInput) -> None:
        self.state = RotationState(
            rotation_id=begin.rotation_id,
            site_id=begin.site_id,
            site_name=begin.site_name,
            plan_id=begin.plan_id,
            plan_hash=begin.plan_hash,
            outline=Outline.to_load(begin.purpose),
            started_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Stand."""
        await workflow.wait_condition(lambda: self.state.outcome is not None)

    @workflow.query(name=STATE_QUERY)
    def current(self) -> RotationState:
        """The state."""
        return self.state


@pytest.fixture
async def served(worker_client, task_queue):
    """A task queue with a worker."""
    async with Worker(worker_client, task_queue=task_queue, workflows=[Standing]):
        yield task_queue


async def test_a_rotation_is_started_once(client, begin, task_queue) -> None:
    """The same rotation again finds the first one: a lost answer starts nothing twice."""
    first = await start_rotation(client, begin, task_queue=task_queue)
    again = await start_rotation(client, begin, task_queue=task_queue)
    assert not first.before
    assert again.before
    assert first.run_id == again.run_id


async def test_the_same_rotation_asked_for_at_once_is_started_once(client, begin, task_queue) -> None:
    """Two calls at the same moment agree on one run."""
    found = await asyncio.gather(*(start_rotation(client, begin, task_queue=task_queue) for _ in range(5)))
    assert len({each.run_id for each in found}) == 1
    assert [each.before for each in found].count(False) == 1


async def test_a_rotation_that_has_ended_is_not_started_again(client, begin, task_queue) -> None:
    """A late retry of the first request finds the ended run."""
    first = await start_rotation(client, begin, task_queue=task_queue)
    await client.get_workflow_handle(rotation_workflow(begin.site_id)).terminate()
    assert await start_rotation(client, begin, task_queue=task_queue) == (first.run_id, True)


async def test_a_site_runs_one_rotation(client, begin, task_queue) -> None:
    """Another rotation of the site is refused by the engine itself, which names the running one."""
    await start_rotation(client, begin, task_queue=task_queue)
    with pytest.raises(SiteIsBusy) as busy:
        await start_rotation(
            client, begin.model_copy(update={"rotation_id": RotationId("rot-other")}), task_queue=task_queue
        )
    assert busy.value.rotation_id == begin.rotation_id


async def test_what_the_ui_shows_needs_no_worker(client, begin, task_queue) -> None:
    """Summary, details and attributes are there from the start; a name cannot smuggle HTML into the UI."""
    body = PlanBody(site_id=begin.site_id, certificates=(), waves=(), scopes=(), publish_delay=timedelta(0), steps=())
    await start_rotation(client, begin, details=static_details(begin, body), task_queue=task_queue)
    found = await client.get_workflow_handle(rotation_workflow(begin.site_id)).describe()
    assert await found.static_summary() == "&lt;b&gt;Site&lt;/b&gt;: rotate, plan 0123456789ab"
    assert "&lt;b&gt;Site&lt;/b&gt;" in await found.static_details()
    shown = found.typed_search_attributes
    assert shown.get(SearchAttributeKey.for_keyword(SearchAttribute.ROTATION)) == begin.rotation_id
    assert shown.get(SearchAttributeKey.for_keyword(SearchAttribute.PHASE)) == "preparing"


async def test_without_a_worker_the_wait_is_short(client, begin, task_queue) -> None:
    """The state ends in NoAnswer within seconds when no worker runs."""
    await start_rotation(client, begin, task_queue=task_queue)
    began = asyncio.get_running_loop().time()
    with pytest.raises(NoAnswer, match="no worker"):
        await state(client, begin.site_id)
    assert asyncio.get_running_loop().time() - began < 10


async def test_a_rotation_not_running_is_reported(client, begin, task_queue) -> None:
    """Never begun, or terminated in the UI: the error shows that nothing runs, with no worker at hand."""

    async def nothing_runs() -> None:
        with pytest.raises(NotRunning):
            await state(client, begin.site_id)

    await nothing_runs()
    await start_rotation(client, begin, task_queue=task_queue)
    await client.get_workflow_handle(rotation_workflow(begin.site_id)).terminate()
    await nothing_runs()


async def test_temporal_down_fails_quickly(begin) -> None:
    """An unreachable Temporal is an error of its own, in well under the ceiling."""
    (port,) = choose_ports("127.0.0.1", 0)
    nowhere: Client = await lazy_client(TemporalSettings(address=f"127.0.0.1:{port}"))
    began = asyncio.get_running_loop().time()
    with pytest.raises(TemporalDown):
        await start_rotation(nowhere, begin, task_queue="none")
    with pytest.raises(TemporalDown):
        await state(nowhere, begin.site_id)
    assert asyncio.get_running_loop().time() - began < 3
