"""Messages to a rotation: heard once, answered, refused without a trace, and not lost in a crash."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput
from temporalio.worker import Worker

from engine.client.client import connect, lazy_client
from engine.client.rotations import start_rotation, state
from engine.client.updates import send
from engine.contract import ROTATE_WORKFLOW, LoadPlanAnswer, RotateInput
from engine.fault import MoveRefused, NoAnswer, NotRunning, TemporalDown
from engine.ids import rotation_workflow
from engine.plugin import RotatorPlugin
from engine.process.embedded import RunningServer
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from rotation.plan.outline import Outline
from rotation.running.message import (
    HEARD_QUERY,
    WITHDRAW_SIGNAL,
    Heard,
    Inquiry,
    Message,
    MessageProgress,
    Move,
    Reply,
    Withdrawal,
)
from tests.engine.rotating import rotating
from tests.replaying import replay
from tests.signing import SIGNING


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Slow:
    """Stands for a rotation that has taken up a message until another one comes, and has ended then."""

    @workflow.init
    def __init__(self, _begin: RotateInput) -> None:
        self.reply: Reply | None = None

    @workflow.run
    async def run(self, _begin: RotateInput) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: self.reply is not None)

    @workflow.query(name=HEARD_QUERY)
    def heard(self, inquiry: Inquiry) -> Heard:
        """The answer."""
        progress = MessageProgress.ANSWERED if self.reply else MessageProgress.TAKEN_UP
        return Heard(progress=progress, request_id=inquiry.message.request_id, reply=self.reply)

    @workflow.signal(name=Move.RETRY)
    def retry(self, _message: Message) -> None:
        """Take it."""

    @workflow.signal(name=WITHDRAW_SIGNAL)
    def withdraw(self, _withdrawal: Withdrawal) -> None:
        """Too late."""

    @workflow.signal(name=Move.RESUME)
    def resume(self, _message: Message) -> None:
        """End."""
        self.reply = Reply(accepted=True)


def message(begin: RotateInput, move: Move, request_id: str = "r1") -> Message:
    """What ann says."""
    return Message(move=move, rotation_id=begin.rotation_id, who="ann", why="because", request_id=request_id)


async def signals(client: Client, begin: RotateInput) -> int:
    """How many messages Temporal keeps of a rotation."""
    history = await client.get_workflow_handle(rotation_workflow(begin.site_id)).fetch_history()
    return [each.event_type for each in history.events].count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)


@pytest.fixture
async def standing(client, worker_client, task_queue, begin):
    """A rotation that waits for its first activity, which no worker carries out."""
    await start_rotation(client, begin, task_queue=task_queue)
    async with rotating(worker_client, task_queue):
        yield begin


@pytest.fixture
async def slow(client, worker_client, task_queue, begin):
    """A rotation that takes its time."""
    await start_rotation(client, begin, task_queue=task_queue)
    async with Worker(worker_client, task_queue=task_queue, workflows=[Slow]):
        yield begin


async def test_a_message_is_heard_once(client, standing) -> None:
    """The same request id again brings the first reply and no second message; the rotation obeys."""
    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    assert (await state(client, standing.site_id)).held_by == "ann"
    assert await signals(client, standing) == 1


async def test_a_message_that_comes_twice_is_heard_once(client, standing) -> None:
    """A signal that was sent again, because its sender did not know whether it had come, changes nothing."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    await handle.signal(Move.HOLD.value, message(standing, Move.HOLD))
    await send(client, standing.site_id, message(standing, Move.RESUME, "r2"))
    await handle.signal(Move.HOLD.value, message(standing, Move.HOLD))
    assert (await state(client, standing.site_id)).held_by == ""


async def test_a_request_id_stands_for_one_message(client, standing) -> None:
    """Another move, or another reason, under a request id that was used is refused, and shown its first use."""
    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    other = message(standing, Move.HOLD).model_copy(update={"why": "another reason"})
    for reusing in (message(standing, Move.CANCEL), other):
        with pytest.raises(MoveRefused, match="first used for another message, which ann sent") as refused:
            await send(client, standing.site_id, reusing)
        assert refused.value.code == "request-id-reused"
    assert await send(client, standing.site_id, message(standing, Move.HOLD)) == Reply(accepted=True)
    assert await signals(client, standing) == 1


async def test_a_request_id_that_is_used_again_in_the_ui_is_shown_as_refused(client, standing) -> None:
    """Sent without asking first, another message under a used request id is not obeyed, and the details say so."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    await send(client, standing.site_id, message(standing, Move.HOLD))
    await handle.signal(Move.CANCEL.value, message(standing, Move.CANCEL))
    shown = await handle.query("__temporal_workflow_metadata")
    refused = "- cancel by ann: this request id was first used for another message, which ann sent"
    assert refused in shown.current_details
    assert (await state(client, standing.site_id)).cancelling is None


async def test_what_is_withdrawn_in_time_never_takes_effect(client, worker_client, task_queue, begin) -> None:
    """Both come before a worker does, in their order: the message was not taken up, and may be sent again."""
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    await handle.signal(Move.HOLD.value, message(begin, Move.HOLD))
    await handle.signal(WITHDRAW_SIGNAL, Withdrawal(message=message(begin, Move.HOLD)))
    async with rotating(worker_client, task_queue):
        heard = await handle.query(HEARD_QUERY, Inquiry(message=message(begin, Move.HOLD)), result_type=Heard)
        assert (heard.progress, heard.refusal) == (MessageProgress.UNKNOWN, None)
        assert (await state(client, begin.site_id)).held_by == ""
        assert await send(client, begin.site_id, message(begin, Move.HOLD)) == Reply(accepted=True)
        await handle.signal(WITHDRAW_SIGNAL, Withdrawal(message=message(begin, Move.HOLD)))
        assert (await state(client, begin.site_id)).held_by == "ann"


async def test_a_message_without_an_answer_may_have_been_heard(client, worker_client, begin, task_queue):
    """The worker stops when the message is sent: its sender learns that it is not known, and under which id it was."""
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    async with Worker(worker_client, task_queue=task_queue, workflows=[Slow]):
        assert (
            await handle.query(HEARD_QUERY, Inquiry(message=message(begin, Move.RETRY)), result_type=Heard)
        ).reply is None
        sending = asyncio.create_task(
            send(client, begin.site_id, message(begin, Move.RETRY), longest=timedelta(seconds=1))
        )
        while not await signals(client, begin):  # noqa: ASYNC110 - Temporal sends no notice
            await asyncio.sleep(0.01)
    with pytest.raises(NoAnswer) as silent:
        await sending
    assert silent.value.sent_as == "r1"


async def test_a_refused_move_says_why_and_leaves_no_trace(client, standing) -> None:
    """What the rotation would refuse comes back with its code and its words; nothing is sent to it."""
    with pytest.raises(MoveRefused, match="the rotation is not held") as refused:
        await send(client, standing.site_id, message(standing, Move.RESUME))
    assert refused.value.code == "resume-refused"
    assert await signals(client, standing) == 0


async def test_what_is_refused_in_the_ui_is_shown_there(client, standing) -> None:
    """The UI sends signals without asking, and gets no answer: what was refused is in the details, escaped."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    sent = message(standing, Move.RESUME).model_copy(update={"who": "<i>ann</i>"})
    await handle.signal(Move.RESUME.value, sent)
    shown = await handle.query("__temporal_workflow_metadata")
    assert "## Refused\n- resume by &lt;i&gt;ann&lt;/i&gt;: the rotation is not held" in shown.current_details


async def test_a_message_under_the_name_of_another_is_refused(client, standing) -> None:
    """A `hold` that says `cancel` cancels nothing: the name of the signal and its move agree."""
    handle = client.get_workflow_handle(rotation_workflow(standing.site_id))
    await handle.signal(Move.HOLD.value, message(standing, Move.CANCEL))
    heard = await handle.query(HEARD_QUERY, Inquiry(message=message(standing, Move.CANCEL)), result_type=Heard)
    assert heard.reply is not None
    assert [finding.code for finding in heard.reply.findings] == ["wrong-signal"]
    assert (await state(client, standing.site_id)).cancelling is None


async def test_a_reply_that_takes_long_is_asked_for_again(client, slow) -> None:
    """A rotation still at work on a message is no failure: the same request id brings the reply, after the end too."""
    assert await send(client, slow.site_id, message(slow, Move.RETRY), longest=timedelta(milliseconds=200)) is None
    handle = client.get_workflow_handle(rotation_workflow(slow.site_id))
    await handle.signal(Move.RESUME.value, message(slow, Move.RESUME, "r2"))
    await handle.result()
    assert await send(client, slow.site_id, message(slow, Move.RETRY)) == Reply(accepted=True)


class LateWithdrawal(Interceptor):
    """A network on which a withdrawal comes when the rotation has ended."""

    def __init__(self, end: Callable[[], Awaitable[None]]) -> None:
        self.end = end

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - as Temporal has it
        """Take its place."""
        return LateSignals(next, self.end)


class LateSignals(OutboundInterceptor):
    """What the client sends."""

    def __init__(self, next_: OutboundInterceptor, end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(next_)
        self.end = end

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002 - as Temporal has it
        """Let the rotation end first."""
        if input.signal == WITHDRAW_SIGNAL:
            await self.end()
        await super().signal_workflow(input)


async def test_what_ended_the_rotation_is_answered_though_it_is_withdrawn(client, slow) -> None:
    """It took effect: an error would say that it had none. The rotation has ended by the time of the withdrawal."""

    async def end() -> None:
        handle = client.get_workflow_handle(rotation_workflow(slow.site_id))
        await handle.signal(Move.RESUME, message(slow, Move.RESUME, "r2"))
        await handle.result()

    config = client.config()
    late = Client(**{**config, "interceptors": [LateWithdrawal(end), *config["interceptors"]]})
    reply = await send(late, slow.site_id, message(slow, Move.RETRY), longest=timedelta(milliseconds=1))
    assert reply == Reply(accepted=True)


async def test_without_a_worker_the_wait_is_short_and_nothing_is_sent(client, begin, task_queue) -> None:
    """With no worker a message ends in NoAnswer within seconds, and is not obeyed later behind its sender's back."""
    await start_rotation(client, begin, task_queue=task_queue)
    began = asyncio.get_running_loop().time()
    with pytest.raises(NoAnswer, match="no worker"):
        await send(client, begin.site_id, message(begin, Move.HOLD))
    assert asyncio.get_running_loop().time() - began < 5
    assert await signals(client, begin) == 0


async def test_a_rotation_that_does_not_run_hears_nothing(client, begin, task_queue) -> None:
    """Never begun, or terminated in the UI: that is reported, with no worker at hand."""
    with pytest.raises(NotRunning):
        await send(client, begin.site_id, message(begin, Move.HOLD))
    await start_rotation(client, begin, task_queue=task_queue)
    await client.get_workflow_handle(rotation_workflow(begin.site_id)).terminate()
    with pytest.raises(NotRunning):
        await send(client, begin.site_id, message(begin, Move.HOLD))


async def test_temporal_down_is_reported_to_the_sender(begin) -> None:
    """An unreachable Temporal is an error of its own."""
    (port,) = choose_ports("127.0.0.1", 0)
    nowhere = await lazy_client(TemporalSettings(address=f"127.0.0.1:{port}"))
    with pytest.raises(TemporalDown):
        await send(nowhere, begin.site_id, message(begin, Move.HOLD))


async def heard(client, begin, move) -> Reply:
    """The reply to a message, sent again as long as a worker is slow to answer: it is the same message."""
    while True:
        with contextlib.suppress(NoAnswer):
            if (reply := await send(client, begin.site_id, message(begin, move))) is not None:
                return reply


async def test_a_message_is_heard_after_a_crash(own_server, begin) -> None:
    """Temporal killed with -9 when it had taken a message that no worker had heard yet: it is heard afterwards."""
    client = await lazy_client(own_server.settings())
    running = await RunningServer.start(own_server)
    await start_rotation(client, begin, task_queue="mine")
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    await handle.signal(Move.HOLD.value, message(begin, Move.HOLD))
    await running.kill()

    running = await RunningServer.start(own_server)
    try:
        serving = await connect(own_server.settings(), RotatorPlugin(signing=SIGNING))
        async with rotating(serving, "mine"):
            async with asyncio.timeout(60):
                assert await heard(client, begin, Move.HOLD) == Reply(accepted=True)
            assert (await state(client, begin.site_id)).held_by == "ann"
    finally:
        await running.stop()


LOADED = Outline.to_load("rotate").model_copy(update={"steps": ()})
"""A plan without a step."""


@pytest.mark.parametrize("first", ["word", "answer"])
async def test_a_word_that_comes_with_an_answer_replays(client, worker_client, task_queue, begin, first) -> None:
    """Sent while an activity answers and no worker is there: both are in the history, where a replay hears them too."""
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    # the test takes the activity: a worker that ends just as one of its activities is left open can hang for ever
    poll = PollActivityTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=task_queue), identity="me"
    )

    def worker() -> Worker:
        # nothing is cached: the second one begins with the history
        return rotating(worker_client, task_queue, max_cached_workflows=0)

    async with worker():
        token = (await client.workflow_service.poll_activity_task_queue(poll)).task_token
    answered = client.get_async_activity_handle(task_token=token).complete(LoadPlanAnswer(hash="", outline=LOADED))
    sent = handle.signal(Move.HOLD.value, message(begin, Move.HOLD))
    for each in (sent, answered) if first == "word" else (answered, sent):
        await each

    async with worker():
        assert await heard(client, begin, Move.HOLD) == Reply(accepted=True)
        history = await handle.fetch_history()
    kinds = [each.event_type for each in history.events]
    signalled = kinds.index(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED in kinds[signalled:]
    assert EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED not in kinds
    await replay(history)
