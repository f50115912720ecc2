"""What does not bind: each signal, query and start is refused where it can be seen, and every rotation goes on."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    WorkflowContinuedAsNewError,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from engine.client.rotations import start_rotation, state
from engine.client.updates import send
from engine.contract import (
    ISSUE_WORKFLOW,
    REFUSED_INPUT,
    ROTATE_WORKFLOW,
    SIMULATE_WORKFLOW,
    STATE_QUERY,
    SURVEY_WORKFLOW,
    WATCH_WORKFLOW,
    IssueInput,
    RotateInput,
    SurveyRequest,
)
from engine.ids import rotation_workflow
from rotation.running.attention import Attention
from rotation.running.message import HEARD_QUERY, WITHDRAW_SIGNAL, Message, Move, Reply
from rotation.running.refused_input import UNREAD
from rotation.running.state import RotationState
from rotation.values import OrderId, SiteId
from tests.engine.rotating import rotating
from tests.replaying import replay
from workflows.issue_certificate import IssueCertificate
from workflows.rotate_site import RotateSite
from workflows.simulate_plan import SimulatePlan
from workflows.survey_site import SurveySite
from workflows.watch_certificates import WatchCertificates

WORKFLOWS = (RotateSite, SurveySite, SimulatePlan, WatchCertificates, IssueCertificate)
Handle = WorkflowHandle[Any, Any]


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    """A payload as any client may send it."""
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


WRONG = {
    "none": ((), "it came with no value, and takes one value"),
    "two": (({}, {}), "it came with 2 values, and takes one value"),
    "two, one unreadable": (({}, raw(b"?", "odd")), "it came with 2 values, and takes one value"),
    "wrong JSON": (({"move": "hold", "whom": "ann"},), "it was signed as plain, and stands where message is read"),
    "no JSON": ((raw(b"{"),), "it is not signed: the service did not send it"),
    "null": ((None,), "it was signed as plain, and stands where message is read"),
    "bytes": ((b"hold",), "it was signed as plain, and stands where message is read"),
    "an unknown encoding": ((raw(b"hold", "odd"),), "it is not signed: the service did not send it"),
}
"""What may be sent, and why it is refused."""


def message(begin: RotateInput, move: Move, request_id: str = "r1") -> Message:
    """A message of ann."""
    return Message(move=move, rotation_id=begin.rotation_id, who="ann", why="because", request_id=request_id)


def refusal(found: RotationState) -> Attention | None:
    """The attention that shows a signal that could not be read."""
    return next((each for each in found.attention if each.code == UNREAD), None)


async def times(handle: Handle, kind: "EventType.ValueType") -> int:
    """How many events of a kind there are."""
    return [each.event_type for each in (await handle.fetch_history()).events].count(kind)


@pytest.fixture
async def standing(client, worker_client, task_queue, begin):
    """A rotation that waits for its first activity, which no worker carries out."""
    await start_rotation(client, begin, task_queue=task_queue)
    async with rotating(worker_client, task_queue):
        yield begin


@pytest.mark.parametrize("kind", WRONG)
async def test_a_signal_that_does_not_bind_is_shown_and_the_rotation_goes_on(client, standing, kind, seen) -> None:
    """Each signal so: no workflow task fails, details and attention say why and what to send; it obeys on."""
    sent, why = WRONG[kind]
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    for move in Move:
        await handle.signal(move.value, args=list(sent))
        found = await seen(client, standing.site_id, lambda found: f"signal {move.value}:" in found.refused)  # noqa: B023 - awaited here
        raised = refusal(found)
        assert raised is not None
        assert why in raised.message
        assert "send it with `rotator`, the page or the API" in raised.message
        assert (raised.subject, raised.options, found.held_by) == (f"signal {move.value}", (), "")
    details = (await handle.query("__temporal_workflow_metadata")).current_details
    assert f"**{UNREAD}** signal task_refused: it was not obeyed: {why}" in details
    assert "## Refused\n- signal task_refused: " in details

    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    found = await state(client, standing.site_id)
    assert (found.held_by, refusal(found), found.refused) == ("ann", None, "")
    assert await times(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == 0
    await replay(await handle.fetch_history())


async def test_the_ui_offers_every_signal_with_its_description(client, standing) -> None:
    """The forms of the UI list the moves and the withdrawal by name, each with what it does, and nothing else."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    offered = (await handle.query("__temporal_workflow_metadata")).definition
    assert {each.name for each in offered.signal_definitions} == {move.value for move in Move} | {WITHDRAW_SIGNAL}
    assert all(each.description for each in offered.signal_definitions)


@pytest.mark.parametrize("query", [STATE_QUERY, HEARD_QUERY])
@pytest.mark.parametrize("kind", WRONG)
async def test_a_query_that_does_not_bind_is_answered_with_what_is_wrong(client, standing, query, kind) -> None:
    """It fails by itself; the rotation still answers the next one."""
    sent, _ = WRONG[kind]
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    if query != STATE_QUERY or sent:
        with pytest.raises(WorkflowQueryFailedError, match=f"query {query} was refused: "):
            await handle.query(query, args=list(sent))
    assert (await state(client, standing.site_id)).rotation_id == standing.rotation_id
    assert await times(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == 0


async def test_unknown_names_do_no_harm(client, standing) -> None:
    """A signal, a query and an update of other names: the latter two are refused, and the rotation obeys."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    await handle.signal("hodl", message(standing, Move.HOLD))
    await handle.signal("hodl")
    with pytest.raises(WorkflowQueryFailedError, match="hodl"):
        await handle.query("hodl")
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("hodl")
    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    assert await times(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == 0


async def test_a_thousand_bad_signals_do_not_grow_a_rotation(client, worker_client, task_queue, begin, seen) -> None:
    """One of them is kept, and none of them costs an event or a failed task; the history of all of them replays."""
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    for number in range(1000):
        args = [{"number": number}] * (number % 3)
        await handle.signal(Move.HOLD.value, args=args, rpc_timeout=timedelta(seconds=30))
    async with rotating(worker_client, task_queue):
        found = await seen(client, begin.site_id, refusal)
        assert len(found.attention) == 1
        assert found.events <= 2
        assert len(found.model_dump_json()) < 5_000
        assert await send(client, begin.site_id, message(begin, Move.HOLD)) == Reply(accepted=True)
    assert await times(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == 0
    await replay(await handle.fetch_history())


async def test_signals_that_come_with_the_start_are_heard(client, worker_client, task_queue, begin, seen) -> None:
    """Signals before the run has begun reach the rotation already: the good one is obeyed, the bad one shown."""
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    await handle.signal(Move.HOLD.value, message(begin, Move.HOLD))
    await handle.signal(Move.RESUME.value)
    async with rotating(worker_client, task_queue):
        found = await seen(client, begin.site_id, refusal)
        assert found.held_by == "ann"


ONE_WRONG: dict[str, tuple[Any, ...]] = {
    "none": (),
    "one wrong": ({"site": "vienna"},),
    "null": (None,),
    "unreadable": (raw(b"{"),),
    "three": ({}, {}, {}),
}
STARTS = [
    (name, kind)
    for name in (ROTATE_WORKFLOW, SURVEY_WORKFLOW, SIMULATE_WORKFLOW, ISSUE_WORKFLOW, WATCH_WORKFLOW)
    for kind in ONE_WRONG
    if (name, kind) != (WATCH_WORKFLOW, "none")
]


@pytest.mark.parametrize(("name", "kind"), STARTS)
async def test_a_start_that_does_not_bind_fails_at_once(worker_client, task_queue, name, kind) -> None:
    """Each workflow so, with a signal on top: the failure says what was wrong, and no workflow task has failed."""
    async with Worker(worker_client, task_queue=task_queue, workflows=WORKFLOWS), asyncio.timeout(60):
        handle = await worker_client.start_workflow(
            name, args=list(ONE_WRONG[kind]), id=f"start-{task_queue}", task_queue=task_queue, start_signal="hold"
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == REFUSED_INPUT
    assert f"{name} was not begun, since its input does not fit: " in failed.value.cause.message
    assert await times(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == 0


async def test_each_run_of_a_cron_schedule_is_refused(worker_client, task_queue) -> None:
    """The service starts none with one: a run that follows a refused one waits for no worker that could read it."""
    async with Worker(worker_client, task_queue=task_queue, workflows=WORKFLOWS), asyncio.timeout(60):
        handle = await worker_client.start_workflow(
            ROTATE_WORKFLOW, "wrong", id=f"cron-{task_queue}", task_queue=task_queue, cron_schedule="@every 1s"
        )
        run = handle.first_execution_run_id
        for _ in range(2):
            with pytest.raises(WorkflowContinuedAsNewError) as ended:
                await worker_client.get_workflow_handle(handle.id, run_id=run).result(follow_runs=False)
            history = await worker_client.get_workflow_handle(handle.id, run_id=run).fetch_history()
            failure = history.events[-1].workflow_execution_failed_event_attributes.failure
            assert failure.application_failure_info.type == REFUSED_INPUT
            run = ended.value.new_execution_run_id
    await handle.terminate()


async def test_the_id_of_a_start_that_was_refused_is_free(client, worker_client, task_queue, begin) -> None:
    """A rotation can be started where something else was tried under its id, and a query of that is refused."""
    name = rotation_workflow(begin.site_id)
    async with rotating(worker_client, task_queue), asyncio.timeout(60):
        handle = await client.start_workflow(ROTATE_WORKFLOW, id=name, task_queue=task_queue)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        with pytest.raises(WorkflowQueryFailedError, match="its start was refused"):
            await handle.query(STATE_QUERY)
        await start_rotation(client, begin, task_queue=task_queue)
        assert (await state(client, begin.site_id)).rotation_id == begin.rotation_id


async def test_a_good_start_of_the_others_binds(client, worker_client, task_queue) -> None:
    """The check is no wall: what the service itself sends gets through to the activities, which no worker does here."""
    good: dict[str, Any] = {
        SURVEY_WORKFLOW: SurveyRequest(site_id=SiteId("vienna")),
        ISSUE_WORKFLOW: IssueInput(
            order_id=OrderId("order-1"), names=("a.example",), gives_up_at=datetime(2100, 1, 1, tzinfo=UTC)
        ),
    }
    async with Worker(worker_client, task_queue=task_queue, workflows=WORKFLOWS), asyncio.timeout(60):
        for name, begin in good.items():
            handle = await client.start_workflow(name, begin, id=f"good-{uuid4().hex}", task_queue=task_queue)
            while not await times(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED):  # noqa: ASYNC110 - it lies in the server
                await asyncio.sleep(0.05)
            await handle.terminate()


@workflow.defn(name="GoesOn", sandboxed=False)
class GoesOn:
    """Goes on in a new history, with what that one cannot take."""

    @workflow.run
    async def run(self, number: int) -> None:
        """Go on."""
        workflow.continue_as_new(args=[number, number])


async def test_the_next_history_of_a_running_workflow_is_waited_for(worker_client, task_queue) -> None:
    """What a worker of another version has handed over, and this one cannot take, ends nothing: it is tried again."""
    async with Worker(worker_client, task_queue=task_queue, workflows=[GoesOn]), asyncio.timeout(60):
        handle = await worker_client.start_workflow(GoesOn.run, 1, id=f"goes-{task_queue}", task_queue=task_queue)
        next_history = worker_client.get_workflow_handle(handle.id)
        while not await times(next_history, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED):  # noqa: ASYNC110 - it lies in the server
            await asyncio.sleep(0.05)
    assert (await next_history.describe()).status is WorkflowExecutionStatus.RUNNING
    await next_history.terminate()
