"""Orders in Temporal: how long one waits, when it gives up, and what becomes of one that is ended there."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from engine.client.orders import cancel_order, start_order
from engine.contract import (
    ActivityName,
    AdvanceOrderAnswer,
    AdvanceOrderRequest,
    EndOrderAnswer,
    EndOrderRequest,
    IssueInput,
)
from engine.ids import order_workflow
from engine.plugin import RotatorPlugin
from rotation.order import OrderState
from rotation.values import OrderId
from tests.signing import SIGNING
from workflows.issue_certificate import IssueCertificate


class Authority:
    """Stands for the activities: what each step answers, and what was noted."""

    def __init__(self) -> None:
        self.answers: list[AdvanceOrderAnswer | Exception] = []
        self.steps = 0
        self.ends: list[EndOrderRequest] = []
        self.at_work = asyncio.Event()
        self.hangs = self.too_early = False

    def waits(self, **since: float) -> None:
        """One step more, after which there is a wait."""
        self.answers.append(AdvanceOrderAnswer(state=OrderState.RUNNING, progress="waits", wait=timedelta(**since)))

    def ends_as(self, state: OrderState) -> None:
        """The last step."""
        self.answers.append(AdvanceOrderAnswer(state=state, progress=state.value))

    @activity.defn(name=ActivityName.ADVANCE_ORDER)
    async def advance_order(self, request: AdvanceOrderRequest) -> AdvanceOrderAnswer:  # noqa: ARG002
        """The next answer; the last one for ever."""
        answer = self.answers[min(self.steps, len(self.answers) - 1)]
        self.steps += 1
        if self.hangs:
            self.at_work.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                self.at_work.clear()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @activity.defn(name=ActivityName.END_ORDER)
    async def end_order(self, request: EndOrderRequest) -> EndOrderAnswer:
        """Remember how it ended, and whether a step was still at work."""
        self.too_early |= self.at_work.is_set()
        self.ends.append(request)
        return EndOrderAnswer(state=request.state)


@pytest.fixture
def authority():
    """The activities, in the hands of the test."""
    return Authority()


@pytest.fixture
async def started(client, worker_client, task_queue, authority, monkeypatch):
    """Starts an order that may take some time, and gives its handle. A step hears of a cancel by its beat."""
    activities = [authority.advance_order, authority.end_order]
    often = timedelta(milliseconds=100)
    monkeypatch.setattr("engine.interceptors.heartbeats._BEAT", often)

    async def start(order_id: str = "", **timeout: float):
        gives_up_at = datetime.now(UTC) + timedelta(**timeout)
        begin = IssueInput(
            order_id=OrderId(order_id or f"order-{uuid4().hex}"), names=("a", "b"), gives_up_at=gives_up_at
        )
        await start_order(client, begin, task_queue=task_queue)
        return worker_client.get_workflow_handle(order_workflow(begin.order_id), result_type=OrderState)

    async with Worker(
        worker_client,
        task_queue=task_queue,
        workflows=[IssueCertificate],
        activities=activities,
        max_heartbeat_throttle_interval=often,
    ):
        yield start


async def test_steps_are_done_until_it_is_issued(started, authority):
    """At once where there is something to do, later where the authority wants time; started twice it is one."""
    authority.waits()
    authority.waits(milliseconds=20)
    authority.ends_as(OrderState.ISSUED)
    order_id = f"order-{uuid4().hex}"
    handle = await started(order_id, hours=1)
    await started(order_id, hours=1)
    assert await handle.result() is OrderState.ISSUED
    await started(order_id, hours=1)
    assert (authority.steps, [end.state for end in authority.ends]) == (3, [OrderState.ISSUED])
    history = await handle.fetch_history()
    await Replayer(workflows=[IssueCertificate], plugins=[RotatorPlugin(signing=SIGNING)]).replay_workflow(history)


@pytest.mark.parametrize("wait", [timedelta(days=2), timedelta(milliseconds=100)], ids=["no use", "in vain"])
async def test_it_gives_up_when_its_time_is_over(started, authority, wait):
    """At once where the authority asks for more time than there is; what was in the way is noted with the order."""
    authority.waits(seconds=wait.total_seconds())
    handle = await started(seconds=0.5 if wait < timedelta(days=1) else 3600)
    assert await handle.result() is OrderState.FAILED
    assert [(end.state, end.reason) for end in authority.ends] == [(OrderState.FAILED, "")]


async def test_a_step_that_cannot_be_done_ends_it_with_the_reason(started, authority):
    """A fault of ours is reported, and the order does not stand for ever."""
    authority.answers.append(ApplicationError("something of ours is broken", non_retryable=True))
    assert await (await started(hours=1)).result() is OrderState.FAILED
    assert "something of ours" in authority.ends[0].reason


async def test_a_cancel_ends_the_step_first(started, authority, client):
    """Only then it is tidied up: a step could put something into DNS meanwhile."""
    authority.hangs = True
    authority.ends_as(OrderState.ISSUED)
    order_id = OrderId(f"order-{uuid4().hex}")
    handle = await started(order_id, hours=1)
    async with asyncio.timeout(30):
        await authority.at_work.wait()
    assert await cancel_order(client, order_id)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert ([end.state for end in authority.ends], authority.too_early) == ([OrderState.CANCELLED], False)


async def test_a_cancel_ends_the_wait_and_is_noted(started, authority, client):
    """In Temporal it shows as cancelled; one that is not known says so."""
    authority.waits(minutes=30)
    order_id = OrderId(f"order-{uuid4().hex}")
    handle = await started(order_id, hours=1)
    async with asyncio.timeout(30):
        while not authority.steps:  # noqa: ASYNC110 - it lies behind Temporal
            await asyncio.sleep(0.05)
    assert await cancel_order(client, order_id)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert [end.state for end in authority.ends] == [OrderState.CANCELLED]
    assert not await cancel_order(client, OrderId("order-none"))
