"""Payloads that Temporal cannot read: what is hidden, what comes back, and the errors of those that do not."""

import asyncio
import contextlib

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from engine.client.client import connect
from engine.codec.codec import KEY_ID, WORKFLOW, EncryptingCodec, is_encrypted, key_id
from engine.codec.converter import data_converter
from engine.contract import SurveyAnswer
from engine.fault import PayloadAltered, PayloadKeyUnknown
from engine.plugin import RotatorPlugin
from tests.signing import SIGNING, of_workflow

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32
ANSWER = SurveyAnswer(survey_id="survey-1", clients=2, groups=1)
LARGEST = 2 * 1024 * 1024
"""Temporal takes no payload above that."""


async def encrypted(codec: EncryptingCodec) -> Payload:
    """A value as Temporal keeps it."""
    (payload,) = await data_converter(SIGNING, codec).encode([ANSWER])
    return payload


async def test_nothing_of_a_value_can_be_read() -> None:
    """Value, type and metadata are hidden, only the name of the key stands beside; the value comes back."""
    codec = EncryptingCodec(NEW)
    payload = await encrypted(codec)
    assert dict(payload.metadata) == {
        "encoding": b"binary/encrypted",
        KEY_ID: key_id(NEW).encode(),
        WORKFLOW: b"",
    }
    assert b"survey" not in payload.data
    assert b"json" not in payload.SerializeToString()
    assert await data_converter(SIGNING, codec).decode([payload], [SurveyAnswer]) == [ANSWER]


async def test_the_same_value_looks_different_each_time() -> None:
    """A reader of Temporal cannot see that two payloads are the same."""
    codec = EncryptingCodec(NEW)
    first, second = await encrypted(codec), await encrypted(codec)
    assert first.data != second.data


async def test_the_first_key_encrypts_and_all_decrypt() -> None:
    """After a rotation of keys new payloads have the new one, and those of the old one are still read."""
    kept = await encrypted(EncryptingCodec(OLD))
    rotated = EncryptingCodec(NEW, OLD)
    assert (await encrypted(rotated)).metadata[KEY_ID] == key_id(NEW).encode()
    assert await data_converter(SIGNING, rotated).decode([kept], [SurveyAnswer]) == [ANSWER]


async def test_payloads_that_are_not_encrypted_pass() -> None:
    """A rotation that began before, and what a UI sends in JSON, are read as they are."""
    plain = await data_converter(SIGNING).encode([ANSWER])
    sent_by_a_ui = Payload(metadata={"encoding": b"json/plain"}, data=b'{"survey_id": "survey-1", "clients": 2}')
    codec = EncryptingCodec(NEW)
    assert await codec.decode([*plain, sent_by_a_ui]) == [*plain, sent_by_a_ui]
    assert await data_converter(SIGNING, codec).decode(plain, [SurveyAnswer]) == [ANSWER]


async def test_an_unknown_key_is_named() -> None:
    """The missing key is named by its id, with those that are here; no key is shown."""
    kept = await encrypted(EncryptingCodec(OLD))
    with pytest.raises(PayloadKeyUnknown, match=key_id(OLD)) as caught:
        await data_converter(SIGNING, EncryptingCodec(NEW, OTHER)).decode([kept], [SurveyAnswer])
    text = str(caught.value)
    assert caught.value.key_id == key_id(OLD)
    assert key_id(NEW) in text
    assert "nnnn" not in text
    assert NEW.hex()[:8] not in text


async def test_without_any_key_the_missing_one_is_named() -> None:
    """Encryption that was switched off by mistake shows as a missing key, not as an unknown encoding."""
    kept = await encrypted(EncryptingCodec(OLD))
    with pytest.raises(PayloadKeyUnknown, match=f"{key_id(OLD)}, and none are set here"):
        await data_converter(SIGNING).decode([kept], [SurveyAnswer])


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data[:5],
        lambda data: data[:0],
    ],
    ids=["its end", "its nonce", "cut short", "empty"],
)
async def test_an_altered_payload_is_refused(change) -> None:
    """Not one changed bit passes, and the error names the key."""
    codec = EncryptingCodec(NEW)
    payload = await encrypted(codec)
    payload.data = change(payload.data)
    with pytest.raises(PayloadAltered, match=key_id(NEW)):
        await codec.decode([payload])


async def test_a_payload_is_bound_to_the_name_of_its_key() -> None:
    """Given the name of another key that is here, it does not open."""
    codec = EncryptingCodec(NEW, OLD)
    payload = await encrypted(codec)
    payload.metadata[KEY_ID] = key_id(OLD).encode()
    with pytest.raises(PayloadAltered):
        await codec.decode([payload])


def of_workflow_alone(codec: EncryptingCodec, workflow_id: str) -> EncryptingCodec:
    """The codec as a worker has it for one workflow."""
    return codec.with_context(WorkflowSerializationContext(namespace="rotator", workflow_id=workflow_id))


async def test_a_payload_is_bound_to_its_workflow() -> None:
    """Its workflow and the codec server open it, another workflow does not, nor does it under another name."""
    codec = EncryptingCodec(NEW)
    mine, other = of_workflow_alone(codec, "rotate/vienna"), of_workflow_alone(codec, "rotate/berlin")
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    (payload,) = await mine.encode([plain])
    assert await mine.decode([payload]) == [plain]
    assert await codec.decode([payload]) == [plain], "the codec server has no context"
    for elsewhere in (other, of_workflow_alone(codec, "")):
        (left,) = await elsewhere.decode([payload])
        assert is_encrypted(left)
    payload.metadata[WORKFLOW] = b"rotate/berlin"
    with pytest.raises(PayloadAltered, match="of another workflow"):
        await codec.decode([payload])
    (left,) = await other.decode([payload])
    assert is_encrypted(left)


@pytest.mark.parametrize("name", [None, b"", b"\xff" * 10_000], ids=["no name", "an empty name", "no text"])
async def test_whatever_stands_for_a_name_is_an_unknown_key(name) -> None:
    """Metadata from outside cannot make another error than the one of an unknown key, nor a long one."""
    payload = await encrypted(EncryptingCodec(NEW))
    del payload.metadata[KEY_ID]
    if name is not None:
        payload.metadata[KEY_ID] = name
    with pytest.raises(PayloadKeyUnknown) as caught:
        await EncryptingCodec(NEW).decode([payload])
    assert len(str(caught.value)) < 400


async def test_failures_are_hidden_with_their_causes() -> None:
    """Message, stack trace, details and the same of the cause cannot be read, and come back; the type stays clear."""

    def fail(cause: ApplicationError) -> None:
        raise ApplicationError("the hidden message", "the hidden detail", type="SepmRefused") from cause

    with pytest.raises(ApplicationError) as failing:
        fail(ApplicationError("the hidden cause", type="Inner"))
    converter = data_converter(SIGNING, EncryptingCodec(NEW))
    failure = Failure()
    await converter.encode_failure(failing.value, failure)
    kept = failure.SerializeToString()
    assert b"hidden" not in kept
    assert b"test_codec" not in kept, "the stack trace names this file"
    assert b"SepmRefused" in kept
    back = await converter.decode_failure(failure)
    assert isinstance(back, ApplicationError)
    assert (back.message, tuple(back.details)) == ("the hidden message", ("the hidden detail",))
    assert isinstance(back.cause, ApplicationError)
    assert back.cause.message == "the hidden cause"
    assert back.failure is not None
    assert "test_codec" in back.failure.stack_trace


async def test_failures_from_before_are_still_read() -> None:
    """A failure that was kept in clear is read as it is."""
    failure = Failure()
    await data_converter(SIGNING).encode_failure(ApplicationError("as it was"), failure)
    assert str(await data_converter(SIGNING, EncryptingCodec(NEW)).decode_failure(failure)) == "as it was"


async def test_the_largest_payloads_do_not_hold_others_up() -> None:
    """While many of the largest are encrypted and decrypted, others have their turn between any two of them."""
    codec, count = EncryptingCodec(NEW), 20
    payloads = [Payload(data=bytes(LARGEST))] * count
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asking = asyncio.create_task(others())
    try:
        assert await codec.decode(await codec.encode(payloads)) == payloads
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    assert turns >= 2 * count - 1


@workflow.defn(sandboxed=False)
class Repeats:
    """Gives back what it is given, or fails with it."""

    @workflow.run
    async def run(self, text: str) -> str:
        """Repeat."""
        workflow.set_current_details(f"details of {text}")
        await workflow.sleep(0.01, summary=f"summary of {text}")
        if "fail" in text:
            raise ApplicationError(text, text, type="Repeated")
        return text


@pytest.fixture
async def encrypting(temporal) -> Client:
    """A client of the real server that encrypts, for a worker too."""
    return await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(OLD)))


async def test_the_server_sees_no_text(encrypting, task_queue) -> None:
    """Argument, summaries, details, result and failure are not in the history, and the caller has them all."""
    ids = f"well-{task_queue}", f"ill-{task_queue}"
    async with Worker(encrypting, task_queue=task_queue, workflows=[Repeats]):
        text = await encrypting.execute_workflow(
            Repeats.run, "sesame", id=ids[0], task_queue=task_queue,
            static_summary="summary of sesame", static_details="details of sesame", memo={"memo": "sesame"},
        )  # fmt: skip
        assert text == "sesame"
        with pytest.raises(WorkflowFailureError) as caught:
            await encrypting.execute_workflow(Repeats.run, "sesame fail", id=ids[1], task_queue=task_queue)
    assert isinstance(caught.value.cause, ApplicationError)
    assert (caught.value.cause.message, caught.value.cause.type) == ("sesame fail", "Repeated")
    for each in ids:
        history = await encrypting.get_workflow_handle(each).fetch_history()
        kept = b"".join(event.SerializeToString() for event in history.events)
        assert b"sesame" not in kept
        assert kept.count(b"binary/encrypted") >= 3
        assert each.encode() in kept, "the search sees what is clear"


async def test_a_worker_without_the_key_waits_for_it(temporal, encrypting, task_queue) -> None:
    """Nothing is lost: the attempt fails and names the key, and with the key in its place the workflow goes on."""
    name = f"later-{task_queue}"
    handle = await encrypting.start_workflow(Repeats.run, "sesame", id=name, task_queue=task_queue)
    other = EncryptingCodec(NEW)
    without = await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=other))

    async def failed_attempt() -> str | None:
        for event in (await handle.fetch_history()).events:
            if event.HasField("workflow_task_failed_event_attributes"):
                failure = event.workflow_task_failed_event_attributes.failure
                assert is_encrypted(failure.encoded_attributes)
                error = await of_workflow(without, name).decode_failure(failure)
                return f"{error}: {error.__cause__}"
        return None

    async with Worker(without, task_queue=task_queue, workflows=[Repeats]), asyncio.timeout(30):
        while (failed := await failed_attempt()) is None:  # noqa: ASYNC110 - it lies in the server
            await asyncio.sleep(0.05)
    assert key_id(OLD) in failed
    both = await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(NEW, OLD)))
    async with Worker(both, task_queue=task_queue, workflows=[Repeats]), asyncio.timeout(60):
        assert await both.get_workflow_handle(name, result_type=str).result() == "sesame"
