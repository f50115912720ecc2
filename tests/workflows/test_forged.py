"""A stranger's worker that polls the queue of a rotation: none of its answers is taken, and nothing is written."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, WorkflowFailureError, WorkflowHistory
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.registry import all_activities
from emulator.scenarios import one_server
from rotation.running.message import Move
from rotation.running.refused_input import ANSWER_REFUSED
from rotation.running.state import Outcome
from tests.replaying import replay
from workflows.rotate_site import RotateSite

HEARTBEAT = timedelta(minutes=5)


class Stranger:
    """Answers every activity, each time in another way."""

    def __init__(self, client: Client) -> None:
        config: Any = {**client.config(), "data_converter": pydantic_data_converter, "plugins": []}
        self.client = Client(**config)
        self.turns = 0

    def worker(self, task_queue: str) -> Worker:
        """Its worker."""

        @activity.defn(dynamic=True)
        async def lie(_inputs: Sequence[RawValue]) -> Any:
            """Lie."""
            self.turns += 1
            match self.turns % 5:
                case 0:
                    return {"hash": "00", "outline": {}}
                case 1:
                    raise ApplicationError("the group is gone", type="group-gone", non_retryable=True)
                case 2:
                    return None
                case 3:
                    return RawValue(Payload(metadata={"encoding": b"binary/encrypted"}, data=b"?"))
                case _:
                    # encoded attributes that nothing has signed
                    failure = ApplicationError("the group is gone", type="group-gone", non_retryable=True)
                    failure._failure = _with_attributes()
                    raise failure

        return Worker(self.client, task_queue=task_queue, activities=[lie])


def _with_attributes() -> Failure:
    failure = Failure(message="the group is gone")
    failure.application_failure_info.type = "group-gone"
    failure.application_failure_info.non_retryable = True
    failure.encoded_attributes.CopyFrom(PydanticPayloadConverter().to_payloads([{"message": "the group is gone"}])[0])
    return failure


async def test_no_answer_of_a_strangers_worker_is_taken(stage):
    """Five kinds of it are refused with attention and event; then a worker of ours has the same rotation end well."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register()
    plan, before = await here.plan(), here.settings()
    stranger = Stranger(here.client)
    ours = Worker(
        here.client,
        task_queue=here.task_queue,
        workflows=[RotateSite],
        activities=all_activities(here.store, here.world),
        no_remote_activities=True,
    )
    async with ours, stranger.worker(here.task_queue):
        handle = await here.start(plan)
        raised = await here.attention(handle, ANSWER_REFUSED)
        await here.until(handle, lambda _: stranger.turns > 6)
        whole = await here.state(handle)
    assert raised.message.startswith("it was not obeyed: ")
    assert raised.code == "answer-refused"
    assert raised.subject.startswith("answer of ")
    assert (here.settings(), whole.swapped) == (before, ())

    async with here.working(), here.attended(handle):
        assert (await here.end(handle)).outcome is Outcome.COMPLETED
        history = await handle.fetch_history()
    assert here.lost() == []
    recorded = [event.message for event in await here.story() if event.kind == "attention"]
    assert any(text.startswith("answer of ") for text in recorded)
    await replay(history)


def sent(history: WorkflowHistory) -> tuple[RawValue, RawValue]:
    """What a rotation was started with, and held with, as each reader of Temporal has it."""
    events = list(history.events)
    started = events[0].workflow_execution_started_event_attributes.input.payloads[0]
    signals = [each.workflow_execution_signaled_event_attributes for each in events]
    held = next(each.input.payloads[0] for each in signals if each.signal_name == Move.HOLD.value)
    return RawValue(started), RawValue(held)


async def test_what_was_sent_before_begins_nothing_and_the_rotation_beside_goes_on(stage):
    """A copied start, for another id or behind its end, and a plain one fail; a copied message has no effect."""
    here = stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register()
    before, forger = here.settings(), Stranger(here.client).client
    leaving = {"replace_certificate"}

    async def fails(begin: object, workflow_id: str) -> str:
        handle = await forger.start_workflow("RotateSite", begin, id=workflow_id, task_queue=here.task_queue)
        with pytest.raises(WorkflowFailureError) as failed:
            await here.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id).result()
        return str(failed.value.cause)

    async with here.running(leaving=leaving) as handle:
        await here.task(handle, "replace_certificate")
        relaxed = here.settings()
        await here.say(handle, Move.HOLD, who="ann", why="lunch")
        started, held = sent(await handle.fetch_history())
        await here.say(handle, Move.RESUME, who="ann")
        elsewhere = await fails(started, "rotate/another")
        plain = await fails(RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{}")), "rotate/another")
        await forger.get_workflow_handle(handle.id).signal(Move.HOLD.value, held)
        assert (await here.state(handle)).held_by == ""
        assert here.settings() == relaxed != before
        leaving.clear()
        assert (await here.end(handle)).outcome is Outcome.COMPLETED
        again = await fails(started, handle.id)

    assert "does not verify for rotate/another" in elsewhere
    assert "it is not signed" in plain
    assert "has ended: it was completed" in again
    assert (here.lost(), here.settings()) == ([], before)
