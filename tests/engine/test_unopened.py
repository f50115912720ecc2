"""Encrypted payloads that cannot be opened: what is refused, what is waited for, and that a replay decides the same."""

import asyncio

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.common import RawValue
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from engine.client.client import connect, lazy_client
from engine.client.rotations import start_rotation, state
from engine.client.updates import send
from engine.codec.codec import EncryptingCodec, key_id
from engine.codec.converter import data_converter
from engine.contract import REFUSED_INPUT, ROTATE_WORKFLOW, RotateInput
from engine.fault import PayloadKeyUnknown
from engine.ids import rotation_workflow
from engine.plugin import RotatorPlugin
from rotation.running.message import HEARD_QUERY, Inquiry, Message, Move, Reply
from rotation.running.refused_input import UNREAD
from rotation.running.state import RotationState
from tests.engine.rotating import rotating
from tests.signing import SIGNING, of_workflow
from workflows.rotate_site import RotateSite

OLD, NEW = b"o" * 32, b"n" * 32
BOTH = EncryptingCodec(OLD, NEW)


@pytest.fixture
def speaking(temporal):
    """A client that encrypts with some keys, as the API has one; or with none."""

    async def made(codec: EncryptingCodec | None) -> Client:
        return await lazy_client(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=codec))

    return made


@pytest.fixture
def serving(temporal, task_queue):
    """A worker that has some keys, and begins with the history: nothing is cached."""

    async def made(codec: EncryptingCodec) -> Worker:
        client = await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=codec))
        return rotating(client, task_queue, max_cached_workflows=0)

    return made


def message(begin: RotateInput, move: Move, request_id: str = "r1") -> Message:
    """What ann says."""
    return Message(move=move, rotation_id=begin.rotation_id, who="ann", why="because", request_id=request_id)


async def failure_of(client: Client, handle: WorkflowHandle[object, object], after: int = 0) -> str:
    """Why the first workflow task behind that many events failed, as soon as one has."""
    async with asyncio.timeout(60):
        while True:
            for event in list((await handle.fetch_history()).events)[after:]:
                if event.HasField("workflow_task_failed_event_attributes"):
                    failure = event.workflow_task_failed_event_attributes.failure
                    return str(await of_workflow(client, handle.id).decode_failure(failure))
            await asyncio.sleep(0.05)


def refused(found: RotationState) -> list[str]:
    """What attention says of signals that could not be read."""
    return [each.message for each in found.attention if each.code == UNREAD]


def altered(payload: Payload) -> Payload:
    """The same with one bit changed."""
    return Payload(metadata=payload.metadata, data=payload.data[:-1] + bytes([payload.data[-1] ^ 1]))


@pytest.mark.parametrize("how", ["of another key", "altered"])
async def test_a_signal_that_cannot_be_opened_is_refused_for_good(
    speaking, serving, task_queue, begin, seen, *, how
) -> None:
    """The rotation shows it by the name of its key and goes on; a worker that has the key does not obey it either."""
    client, other = await speaking(EncryptingCodec(OLD)), await speaking(EncryptingCodec(NEW))
    await start_rotation(client, begin, task_queue=task_queue)
    name = rotation_workflow(begin.site_id)
    handle = client.get_workflow_handle(name)
    async with await serving(EncryptingCodec(OLD)):
        if how == "altered":
            (payload,) = await client.data_converter.encode([message(begin, Move.HOLD)])
            plain = await speaking(None)
            await plain.get_workflow_handle(name).signal(Move.HOLD.value, RawValue(altered(payload)))
        else:
            await other.get_workflow_handle(name).signal(Move.HOLD.value, message(begin, Move.HOLD))
            with pytest.raises(WorkflowQueryFailedError):
                await other.get_workflow_handle(name).query(HEARD_QUERY, Inquiry(message=message(begin, Move.HOLD)))
        found = await seen(client, begin.site_id, refused)
        assert key_id(OLD if how == "altered" else NEW) in refused(found)[0]
        assert found.held_by == ""
    async with await serving(BOTH):
        assert (await seen(client, begin.site_id, refused)).held_by == ""
        sent = message(begin, Move.HOLD, "r2")
        assert await send(client, begin.site_id, sent) == Reply(accepted=True)
        now = await state(client, begin.site_id)
        assert (now.held_by, refused(now)) == ("ann", [])
    history = await handle.fetch_history()
    kinds = [each.event_type for each in history.events]
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in kinds
    await Replayer(workflows=[RotateSite], plugins=[RotatorPlugin(signing=SIGNING, codec=BOTH)]).replay_workflow(
        history
    )


async def test_a_signal_that_was_obeyed_is_waited_for(speaking, serving, task_queue, begin, seen) -> None:
    """A worker that lacks its key goes no other way than the first one did: its task fails until the key is there."""
    client = await speaking(BOTH)
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    async with await serving(BOTH):
        newly = await speaking(EncryptingCodec(NEW, OLD))
        assert await send(newly, begin.site_id, message(begin, Move.HOLD)) == Reply(accepted=True)
    length = len((await handle.fetch_history()).events)
    async with await serving(EncryptingCodec(OLD)):
        # a good one, which has it work
        await handle.signal(Move.RESUME.value, message(begin, Move.RESUME, "r2"))
        assert key_id(NEW) in await failure_of(client, handle, after=length)
    async with await serving(BOTH):
        found = await seen(client, begin.site_id, lambda found: found.held_by == "")
        assert refused(found) == []


async def test_a_start_whose_key_is_missing_waits_for_it(speaking, serving, task_queue, begin, seen) -> None:
    """A good rotation is not ended by a key that was not put in its place: it begins when the key is there."""
    client = await speaking(EncryptingCodec(NEW))
    await start_rotation(client, begin, task_queue=task_queue)
    handle = client.get_workflow_handle(rotation_workflow(begin.site_id))
    async with await serving(EncryptingCodec(OLD)):
        without = await speaking(EncryptingCodec(OLD))
        assert key_id(NEW) in await failure_of(without, handle)
    async with await serving(BOTH):
        await seen(await speaking(BOTH), begin.site_id, lambda found: found.rotation_id == begin.rotation_id)


async def test_a_start_that_was_altered_fails_at_once(speaking, serving, task_queue, begin) -> None:
    """No key will ever open it, so its id is free."""
    client = await speaking(EncryptingCodec(OLD))
    (payload,) = await client.data_converter.encode([begin])
    async with await serving(EncryptingCodec(OLD)), asyncio.timeout(60):
        plain = await speaking(None)
        handle = await plain.start_workflow(
            ROTATE_WORKFLOW,
            RawValue(altered(payload)),
            id=rotation_workflow(begin.site_id),
            task_queue=task_queue,
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await client.get_workflow_handle(handle.id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == REFUSED_INPUT
    assert key_id(OLD) in failed.value.cause.message


async def test_a_failure_that_cannot_be_opened_is_not_taken_for_one_without_words() -> None:
    """Neither a client nor a workflow takes it for another failure: the missing key is named."""
    converter = data_converter(SIGNING, EncryptingCodec(OLD))
    failure = Failure()
    await converter.encode_failure(ApplicationError("the hidden message", type="SepmRefused"), failure)
    context = WorkflowSerializationContext(namespace="rotator", workflow_id="rotate/vienna")
    lacking = data_converter(SIGNING, EncryptingCodec(NEW)).with_context(context)
    with pytest.raises(PayloadKeyUnknown, match=f"{key_id(OLD)}, and here are {key_id(NEW)}"):
        await lacking.decode_failure(failure)
    with pytest.raises(PayloadKeyUnknown, match=f"{key_id(OLD)}, and here are {key_id(NEW)}"):
        await lacking.decode(await converter.encode(["sesame"]))
