"""Starting a rotation once, speaking to it, and what is said when that is not possible."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from engine.client import lazy_client
from engine.contract import ROTATE_WORKFLOW, STATE_QUERY, RotateInput, SearchAttribute
from engine.fault import MoveRefused, NoAnswer, NotRunning, SiteIsBusy, TemporalDown
from engine.ids import rotation_workflow
from engine.ports import choose_ports
from engine.rotations import send, start_rotation, state
from engine.settings import TemporalSettings
from rotation.message import Message, Move, Reply
from rotation.plan import PlanBody
from rotation.state import RotationState
from rotation.values import PlanId, RotationId, SiteId


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Standing:
    """Stands for a rotation: it knows `hold` and `resume`, refuses all else, and ends when it is cancelled."""

    @workflow.init
    def __init__(self, begin: RotateInput) -> None:
        self.heard = 0
        self.resumed = False
        self.state = RotationState(
            rotation_id=begin.rotation_id,
            site_id=begin.site_id,
            site_name=begin.site_name,
            plan_id=begin.plan_id,
            plan_hash=begin.plan_hash,
            body=begin.body,
            steps=(),
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

    @workflow.update(name=Move.HOLD)
    async def hold(self, message: Message) -> Reply:
        """Count how often it is heard."""
        self.heard += 1
        self.state.held_by = f"{message.who} {self.heard}"
        return Reply(accepted=True)

    @workflow.update(name=Move.RETRY)
    async def retry(self, _message: Message) -> Reply:
        """Work on it until `resume`."""
        await workflow.wait_condition(lambda: self.resumed)
        return Reply(accepted=False)

    @workflow.update(name=Move.RESUME)
    async def resume(self, _message: Message) -> Reply:
        """Let `retry` end."""
        self.resumed = True
        return Reply(accepted=True)

    @workflow.update(name=Move.CANCEL)
    async def cancel(self, _message: Message) -> Reply:
        """Never."""
        raise AssertionError

    @cancel.validator
    def _never(self, _message: Message) -> None:
        raise ApplicationError("s2 has its new certificate", type="cancel-refused")


@pytest.fixture
async def served(worker_client, task_queue):
    """A task queue with a worker."""
    async with Worker(worker_client, task_queue=task_queue, workflows=[Standing]):
        yield task_queue


@pytest.fixture
async def begin(client):
    """A rotation of a site that no other test rotates."""
    name = uuid4().hex
    yield _begin(SiteId(f"site-{name}"), RotationId(f"rot-{name}"))
    with contextlib.suppress(RPCError):  # it may have ended, or never begun
        await client.get_workflow_handle(rotation_workflow(SiteId(f"site-{name}"))).terminate()


def _begin(site: SiteId, rotation: RotationId) -> RotateInput:
    body = PlanBody(site_id=site, certificates=(), waves=(), scopes=(), publish_delay=timedelta(seconds=30), steps=())
    return RotateInput(
        rotation_id=rotation,
        site_id=site,
        site_name="<b>Site</b>",
        plan_id=PlanId("plan-1"),
        plan_hash="0123456789abcdef",
        body=body,
    )


def _message(begin: RotateInput, move: Move, request_id: str = "r1") -> Message:
    return Message(move=move, rotation_id=begin.rotation_id, who="ann", why="because", request_id=request_id)


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
        await start_rotation(client, _begin(begin.site_id, RotationId("rot-other")), task_queue=task_queue)
    assert busy.value.rotation_id == begin.rotation_id


async def test_what_the_ui_shows_needs_no_worker(client, begin, task_queue) -> None:
    """Summary, details and attributes are there from the start; a name cannot smuggle HTML into the UI."""
    await start_rotation(client, begin, task_queue=task_queue)
    found = await client.get_workflow_handle(rotation_workflow(begin.site_id)).describe()
    assert await found.static_summary() == "<b>Site</b>: rotate, plan 0123456789ab"
    assert "&lt;b&gt;Site&lt;/b&gt;" in await found.static_details()
    shown = found.typed_search_attributes
    assert shown.get(SearchAttributeKey.for_keyword(SearchAttribute.ROTATION)) == begin.rotation_id
    assert shown.get(SearchAttributeKey.for_keyword(SearchAttribute.PHASE)) == "preparing"


async def test_a_message_is_heard_once(client, begin, served) -> None:
    """The same request id again brings the first reply; the rotation hears it once."""
    await start_rotation(client, begin, task_queue=served)
    assert await send(client, begin.site_id, _message(begin, Move.HOLD)) == Reply(accepted=True)
    assert await send(client, begin.site_id, _message(begin, Move.HOLD)) == Reply(accepted=True)
    assert (await state(client, begin.site_id)).held_by == "ann 1"


async def test_a_refused_move_says_why(client, begin, served) -> None:
    """What a validator rejects comes through with its code and its words, and leaves no trace."""
    await start_rotation(client, begin, task_queue=served)
    with pytest.raises(MoveRefused) as refused:
        await send(client, begin.site_id, _message(begin, Move.CANCEL))
    assert (refused.value.code, refused.value.message) == ("cancel-refused", "s2 has its new certificate")


async def test_a_reply_that_takes_long_is_asked_for_again(client, begin, served) -> None:
    """A rotation still at work on a message is no failure: the same request id brings the reply later."""
    await start_rotation(client, begin, task_queue=served)
    with pytest.raises(NoAnswer, match="same request id"):
        await send(client, begin.site_id, _message(begin, Move.RETRY), patience=timedelta(milliseconds=200))
    await send(client, begin.site_id, _message(begin, Move.RESUME, "r2"))
    assert await send(client, begin.site_id, _message(begin, Move.RETRY)) == Reply(accepted=False)


async def test_without_a_worker_nobody_waits_long(client, begin, task_queue) -> None:
    """State and messages end in NoAnswer within seconds when no worker runs."""
    await start_rotation(client, begin, task_queue=task_queue)
    began = asyncio.get_running_loop().time()
    with pytest.raises(NoAnswer, match="no worker"):
        await state(client, begin.site_id)
    with pytest.raises(NoAnswer, match="no worker"):
        await send(client, begin.site_id, _message(begin, Move.HOLD))
    assert asyncio.get_running_loop().time() - began < 10


async def test_a_rotation_that_does_not_run_is_said(client, begin, task_queue) -> None:
    """Never begun, or terminated in the UI: state and messages say that nothing runs, with no worker at hand."""

    async def nothing_runs() -> None:
        with pytest.raises(NotRunning):
            await state(client, begin.site_id)
        with pytest.raises(NotRunning):
            await send(client, begin.site_id, _message(begin, Move.HOLD))

    await nothing_runs()
    await start_rotation(client, begin, task_queue=task_queue)
    await client.get_workflow_handle(rotation_workflow(begin.site_id)).terminate()
    await nothing_runs()


async def test_temporal_down_is_said_quickly(begin) -> None:
    """An unreachable Temporal is an error of its own, in well under the ceiling."""
    (port,) = choose_ports("127.0.0.1", 0)
    nowhere: Client = await lazy_client(TemporalSettings(address=f"127.0.0.1:{port}"))
    began = asyncio.get_running_loop().time()
    with pytest.raises(TemporalDown):
        await start_rotation(nowhere, begin, task_queue="none")
    with pytest.raises(TemporalDown):
        await state(nowhere, begin.site_id)
    assert asyncio.get_running_loop().time() - began < 3
