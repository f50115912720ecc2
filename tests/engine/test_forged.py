"""What a client of Temporal that has no key can send: each is refused where it can be seen, and rotations go on."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.client.client import connect, lazy_client
from engine.client.rotations import start_rotation, state
from engine.client.surveys import survey
from engine.client.updates import send
from engine.codec.converter import data_converter
from engine.codec.signing import SigningKeys, signing_key_id
from engine.contract import (
    REFUSED_INPUT,
    ROTATE_WORKFLOW,
    STATE_QUERY,
    SURVEY_WORKFLOW,
    ActivityName,
    RotateInput,
    SurveyAnswer,
    SurveyRequest,
)
from engine.fault import PayloadUnsigned
from engine.ids import rotation_workflow, survey_workflow
from engine.plugin import RotatorPlugin
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
from rotation.running.refused_input import UNREAD
from rotation.running.state import RotationState
from rotation.values import SiteId
from tests.engine.rotating import rotating
from tests.replaying import replay
from tests.signing import KEY, SIGNING
from workflows.survey_site import SurveySite

OTHER = SigningKeys(b"x" * 32)
Handle = WorkflowHandle[Any, Any]


@pytest.fixture
async def forger(temporal) -> Client:
    """A client with the same converter as ours and no key."""
    settings = temporal.server.settings()
    return await Client.connect(settings.address, namespace=settings.namespace, data_converter=pydantic_data_converter)


async def signed(client: Client, workflow_id: str, value: object) -> RawValue:
    """What the service would send to a workflow, for it to be sent by others and elsewhere."""
    context = WorkflowSerializationContext(namespace=client.namespace, workflow_id=workflow_id)
    (payload,) = await client.data_converter.with_context(context).encode([value])
    return RawValue(payload)


def message(begin: RotateInput, move: Move = Move.HOLD, request_id: str = "r1") -> Message:
    """A message of ann."""
    return Message(move=move, rotation_id=begin.rotation_id, who="ann", why="because", request_id=request_id)


def refusal(found: RotationState) -> str:
    """What attention says of a signal that was refused."""
    return next((each.message for each in found.attention if each.code == UNREAD), "")


async def test_a_forged_start_fails_with_its_reason(client, forger, worker_client, task_queue, begin) -> None:
    """Plain, signed for another site, of another kind: each frees its id, and the real one begins."""
    name = rotation_workflow(begin.site_id)
    forged: dict[str, tuple[Any, str]] = {
        "plain": (begin, "it is not signed"),
        "for another site": (await signed(client, "rotate/berlin", begin), "it was altered, or belongs elsewhere"),
        "of another kind": (
            await signed(client, name, SurveyRequest(site_id=begin.site_id)),
            "it was signed as survey-request, and stands where rotate-input is read",
        ),
    }
    async with rotating(worker_client, task_queue), asyncio.timeout(60):
        for sent, why in forged.values():
            handle = await forger.start_workflow(ROTATE_WORKFLOW, sent, id=name, task_queue=task_queue)
            with pytest.raises(WorkflowFailureError) as failed:
                await client.get_workflow_handle(handle.id).result()
            assert isinstance(failed.value.cause, ApplicationError)
            assert failed.value.cause.type == REFUSED_INPUT
            assert why in failed.value.cause.message
        await start_rotation(client, begin, task_queue=task_queue)
        assert (await state(client, begin.site_id)).rotation_id == begin.rotation_id


def of_other_keys(client: Client, keys: SigningKeys) -> Client:
    """A client of the same server that has other keys."""
    made: Any = {**client.config(), "data_converter": data_converter(keys), "plugins": []}
    return Client(**made)


@pytest.fixture
async def standing(client, worker_client, task_queue, begin) -> AsyncIterator[RotateInput]:
    """A rotation that waits for its first activity, which no worker carries out."""
    await start_rotation(client, begin, task_queue=task_queue)
    async with rotating(worker_client, task_queue):
        yield begin


async def test_a_forged_signal_is_shown_and_not_obeyed(client, forger, standing, worker_client, seen) -> None:
    """Plain, of another key, of another rotation, an inquiry or withdrawal as a message: it obeys a real one after."""
    name = rotation_workflow(standing.site_id)
    handle = forger.get_workflow_handle(name)
    other = of_other_keys(worker_client, OTHER)
    real = message(standing)
    forged: list[tuple[Any, str]] = [
        (real, "it is not signed"),
        (await signed(other, name, real), f"it was signed with key {OTHER.key_id}, and here are {SIGNING.key_id}"),
        (await signed(client, "rotate/berlin", real), "belongs elsewhere"),
        (await signed(client, name, Inquiry(message=real)), "signed as inquiry, and stands where message is read"),
        (await signed(client, name, Withdrawal(message=real)), "signed as withdrawal"),
    ]
    for sent, why in forged:
        await handle.signal(Move.HOLD.value, sent)
        found = await seen(client, standing.site_id, lambda found: why in refusal(found))  # noqa: B023 - awaited here
        assert found.held_by == ""
    # one signed for its place, sent under the name of another
    await handle.signal(Move.CANCEL.value, await signed(client, name, real))
    assert await send(client, standing.site_id, message(standing, request_id="r2")) == Reply(accepted=True)
    found = await state(client, standing.site_id)
    assert (found.held_by, found.cancelling) == ("ann", None)
    # a message of ours does not take another one back
    await handle.signal(WITHDRAW_SIGNAL, await signed(client, name, real))
    await seen(client, standing.site_id, lambda found: "signal withdraw_message" in found.refused)
    history = await client.get_workflow_handle(name).fetch_history()
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in [each.event_type for each in history.events]
    await replay(history)


REFERENCES: tuple[dict[str, bytes], ...] = (
    {"encoding": b"json/plain", "__temporal_external_storage_reference": b"true"},
    {"encoding": b"json/external-storage-reference"},
    {"encoding": b"json/protobuf", "messageType": b"temporal.api.sdk.v1.ExternalStorageReference"},
)
"""What payloads have that lie outside of Temporal, for the SDK."""


@pytest.mark.parametrize("metadata", REFERENCES)
async def test_a_signal_that_lies_elsewhere_stops_nothing(client, forger, standing, seen, metadata) -> None:
    """The SDK would fail each workflow task by it, for ever: it is shown, and the rotation obeys on."""
    handle = forger.get_workflow_handle(rotation_workflow(standing.site_id))
    await handle.signal(Move.HOLD.value, RawValue(Payload(metadata=metadata, data=b"{}")))
    await seen(client, standing.site_id, lambda found: "it is not signed" in found.refused)
    assert await send(client, standing.site_id, message(standing)) == Reply(accepted=True)


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Liar:
    """A worker of others that answers for a rotation."""

    @workflow.run
    async def run(self, begin: dict[str, Any]) -> None:
        """Wait."""
        self.rotation_id = begin["rotation_id"]
        await workflow.wait_condition(lambda: False)

    @workflow.query(name=STATE_QUERY)
    def lie(self) -> dict[str, str]:
        """Nothing of it is true."""
        return {"rotation_id": self.rotation_id}


async def test_a_forged_answer_to_a_query_shows_as_such(client, forger, task_queue, begin) -> None:
    """A client of ours gets no state from it, but what was wrong with it."""
    await start_rotation(client, begin, task_queue=task_queue)
    liar = Worker(forger, task_queue=task_queue, workflows=[Liar], workflow_runner=UnsandboxedWorkflowRunner())
    async with liar:
        with pytest.raises(PayloadUnsigned, match="it is not signed"):
            await state(client, begin.site_id)


class Answers:
    """A worker of others that polls the queue: it answers a survey, or has it fail."""

    def __init__(self, *, fails: bool) -> None:
        self.fails, self.asked = fails, asyncio.Event()

    @activity.defn(name=ActivityName.SURVEY_SITE)
    async def survey_site(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Lie."""
        self.asked.set()
        if self.fails:
            raise ApplicationError("SEPM is on fire", type="group-gone", non_retryable=True)
        return {"survey_id": "forged", "clients": 0, "groups": 0}


@activity.defn(name=ActivityName.SURVEY_SITE)
async def true_survey(_request: SurveyRequest) -> SurveyAnswer:
    """The real one."""
    return SurveyAnswer(survey_id="true", clients=3, groups=1)


@asynccontextmanager
async def workflows_only(client: Client, task_queue: str) -> AsyncIterator[None]:
    """A worker of ours that is too busy for activities."""
    async with Worker(client, task_queue=task_queue, workflows=[SurveySite], no_remote_activities=True):
        yield


@pytest.mark.parametrize("fails", [False, True], ids=["a result", "a failure"])
async def test_a_forged_answer_of_an_activity_is_refused_and_it_runs_again(
    forger, worker_client, task_queue, caplog, *, fails
) -> None:
    """The workflow takes neither a result nor a failure of a stranger: it takes what a worker of ours answers."""
    caplog.set_level(logging.WARNING)
    site = SiteId(f"site-{task_queue}")
    answers = Answers(fails=fails)
    asking = asyncio.create_task(survey(worker_client, site, timedelta(seconds=60), task_queue=task_queue))
    async with asyncio.timeout(60):
        async with workflows_only(worker_client, task_queue):
            async with Worker(forger, task_queue=task_queue, activities=[answers.survey_site]):
                await answers.asked.wait()
                while "an answer was refused: survey_site: it is not signed" not in caplog.text:  # noqa: ASYNC110 - it lies in the server
                    await asyncio.sleep(0.02)
            async with Worker(worker_client, task_queue=task_queue, activities=[true_survey]):
                assert (await asking) == SurveyAnswer(survey_id="true", clients=3, groups=1)


async def test_an_activity_with_input_of_another_one_is_not_done(client, forger, task_queue, worker_client) -> None:
    """A stranger's workflow under an id of ours has it refused at once, whatever it has copied."""
    workflow_id = survey_workflow(SiteId(f"site-{task_queue}"))
    request = SurveyRequest(site_id=SiteId("vienna"))
    context = ActivitySerializationContext(
        namespace=client.namespace, workflow_id=workflow_id, activity_id="another", workflow_type=None,
        activity_type=None, activity_task_queue=None, is_local=False,
    )  # fmt: skip
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'{"site_id":"vienna"}')
    (payload,) = await client.data_converter.with_context(context).encode([request])

    async with Worker(worker_client, task_queue=task_queue, activities=[true_survey]), asyncio.timeout(60):
        runner, queue = UnsandboxedWorkflowRunner(), f"{task_queue}-strange"
        stranger = Worker(forger, task_queue=queue, workflows=[Schedules], workflow_runner=runner)
        async with stranger:
            for sent in (plain, payload):
                seen = await forger.execute_workflow(
                    Schedules.run,
                    args=[task_queue, sent.SerializeToString().hex()],
                    id=workflow_id,
                    task_queue=queue,
                )
                assert seen.startswith("unsigned-input: survey_site was not done, since its input was refused: ")


@workflow.defn(name=SURVEY_WORKFLOW, sandboxed=False)
class Schedules:
    """A workflow of a stranger that has an activity of ours done."""

    @workflow.run
    async def run(self, task_queue: str, payload: str) -> str:
        """Why it was not."""
        try:
            await workflow.execute_activity(
                ActivityName.SURVEY_SITE.value,
                RawValue(Payload.FromString(bytes.fromhex(payload))),
                task_queue=task_queue,
                start_to_close_timeout=timedelta(seconds=20),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is
            return f"{getattr(error.__cause__, 'type', '')}: {getattr(error.__cause__, 'message', '')}"
        return "done"


async def test_a_worker_without_the_key_waits_for_it(temporal, worker_client, task_queue, begin, seen) -> None:
    """A rotation that was started with a new key begins as soon as the worker has it; nothing was decided before."""
    settings = temporal.server.settings()
    client = await lazy_client(settings, RotatorPlugin(signing=OTHER))
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    async with rotating(worker_client, task_queue), asyncio.timeout(60):
        while EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in [  # noqa: ASYNC110 - it lies in the server
            each.event_type for each in (await handle.fetch_history()).events
        ]:
            await asyncio.sleep(0.05)
    both = await connect(settings, RotatorPlugin(signing=SigningKeys(b"x" * 32, KEY)))
    assert signing_key_id(b"x" * 32) == OTHER.key_id
    async with rotating(both, task_queue):
        await seen(client, begin.site_id, lambda found: found.rotation_id == begin.rotation_id)


async def payload_of(client: Client, begin: RotateInput, signal: Move) -> RawValue:
    """What the service has sent to a rotation, as its history has it for each reader."""
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    sent = [
        event.workflow_execution_signaled_event_attributes
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    return RawValue(next(each.input.payloads[0] for each in sent if each.signal_name == signal.value))


async def test_a_message_that_was_answered_long_ago_is_not_obeyed_again(client, forger, standing, seen) -> None:
    """Nothing is known any more of the first of many messages: sent again by another, it is refused as old."""
    assert await send(client, standing.site_id, message(standing, Move.HOLD, "first")) == Reply(accepted=True)
    first = await payload_of(client, standing, Move.HOLD)
    handle = forger.get_workflow_handle(rotation_workflow(standing.site_id))
    await handle.signal(Move.HOLD.value, first)
    for number in range(40):
        move = Move.HOLD if number % 2 else Move.RESUME
        assert await send(client, standing.site_id, message(standing, move, f"r{number}")) == Reply(accepted=True)
    await send(client, standing.site_id, message(standing, Move.RESUME, "last"))
    assert "first" not in (await state(client, standing.site_id)).replies
    await handle.signal(Move.HOLD.value, first)
    found = await seen(client, standing.site_id, lambda found: "so old that" in found.refused)
    assert (found.held_by, found.inbox) == ("", ())
    # the same person may say the same again
    assert await send(client, standing.site_id, message(standing, Move.HOLD, "first")) == Reply(accepted=True)


async def test_a_message_that_was_taken_back_is_not_obeyed_after_all(
    client, forger, worker_client, task_queue, begin, *, seen
) -> None:
    """Its sender knows that it was not taken up: as it was sent then, it never takes effect."""
    await start_rotation(client, begin, task_queue=task_queue)
    name = rotation_workflow(begin.site_id)
    handle = client.get_workflow_handle(name)
    await handle.signal(Move.HOLD.value, message(begin))
    await handle.signal(WITHDRAW_SIGNAL, Withdrawal(message=message(begin)))
    async with rotating(worker_client, task_queue):
        await seen(client, begin.site_id, lambda found: found.dealt_with == 1)
        sent = await payload_of(client, begin, Move.HOLD)
        await forger.get_workflow_handle(name).signal(Move.HOLD.value, sent)
        found = await seen(client, begin.site_id, lambda found: "so old that" in found.refused)
        assert found.held_by == ""
        assert await send(client, begin.site_id, message(begin)) == Reply(accepted=True)


async def test_a_state_that_no_history_has_handed_over_is_refused(client, forger, task_queue, standing) -> None:
    """What a rotation hands to its next history, copied and sent as a start, fails, and its id is free."""
    found = await state(client, standing.site_id)
    name = rotation_workflow(standing.site_id)
    await client.get_workflow_handle(name).terminate()
    copied = await signed(client, name, standing.model_copy(update={"resume": found}))
    handle = await forger.start_workflow(ROTATE_WORKFLOW, copied, id=name, task_queue=task_queue)
    with pytest.raises(WorkflowFailureError) as failed:
        await client.get_workflow_handle(handle.id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == REFUSED_INPUT
    assert "no history has handed it over" in failed.value.cause.message


async def test_an_answer_about_another_message_is_none(client, forger, task_queue, begin) -> None:
    """A stranger's worker that repeats what was answered before is not taken for the rotation."""
    await start_rotation(client, begin, task_queue=task_queue)
    context = WorkflowSerializationContext(namespace=client.namespace, workflow_id=rotation_workflow(begin.site_id))
    earlier = Heard(progress=MessageProgress.ANSWERED, request_id="r1", reply=Reply(accepted=True))
    (payload,) = await client.data_converter.with_context(context).encode([earlier])
    Repeats.answer = payload
    runner = UnsandboxedWorkflowRunner()
    async with Worker(forger, task_queue=task_queue, workflows=[Repeats], workflow_runner=runner):
        with pytest.raises(PayloadUnsigned, match="the answer about message r2 is about r1"):
            await send(client, begin.site_id, message(begin, request_id="r2"))


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Repeats:
    """A worker of others that gives each client an answer that it has seen."""

    answer: ClassVar[Payload]

    @workflow.run
    async def run(self, _begin: dict[str, Any]) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)

    @workflow.query(name=HEARD_QUERY)
    def heard(self, _inquiry: dict[str, Any]) -> RawValue:
        """What it has seen."""
        return RawValue(self.answer)
