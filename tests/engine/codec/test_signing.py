"""Signed payloads: what verifies where, and that whatever is changed or moved does not."""

from collections.abc import Callable

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import ActivitySerializationContext, DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError, CancelledError, TimeoutError, TimeoutType  # noqa: A004 - Temporal's

from engine.codec.codec import EncryptingCodec
from engine.codec.converter import data_converter, kind_of
from engine.codec.failures import UnsignedFailure
from engine.codec.signing import KEY_ID, KIND, SIGNATURE, SigningKeys, signing_key_id
from engine.codec.unreadable import UnreadPayload
from engine.contract import Counted, SurveyAnswer, SurveyRequest
from engine.contract.kinds import KINDS
from engine.fault import PayloadUnsigned, SigningKeyUnknown
from rotation.values import SiteId

OLD, NEW = b"o" * 32, b"n" * 32
REQUEST = SurveyRequest(site_id=SiteId("vienna"))


def of_workflow(keys: SigningKeys, workflow_id: str = "survey/vienna") -> DataConverter:
    """The converter of a workflow's payloads."""
    context = WorkflowSerializationContext(namespace="rotator", workflow_id=workflow_id)
    return data_converter(keys).with_context(context)


def of_activity(
    keys: SigningKeys, activity_id: str = "a1", workflow_id: str = "survey/vienna", codec: EncryptingCodec | None = None
) -> DataConverter:
    """The converter of an activity's payloads."""
    context = ActivitySerializationContext(
        namespace="rotator",
        workflow_id=workflow_id,
        activity_id=activity_id,
        workflow_type="SurveySite",
        activity_type="survey_site",
        activity_task_queue="queue",
        is_local=False,
    )
    return data_converter(keys, codec).with_context(context)


async def test_a_payload_is_read_where_it_belongs_and_stays_readable_json() -> None:
    """Its own workflow reads it; in Temporal it is plain JSON with a signature beside it."""
    (payload,) = await of_workflow(SigningKeys(NEW)).encode([REQUEST])
    assert payload.data == b'{"site_id":"vienna"}'
    assert (payload.metadata["encoding"], payload.metadata[KIND]) == (b"json/plain", b"survey-request")
    assert await of_workflow(SigningKeys(NEW)).decode([payload], [SurveyRequest]) == [REQUEST]


def _data(payload: Payload) -> None:
    payload.data = payload.data.replace(b"vienna", b"berlin")


def _encoding(payload: Payload) -> None:
    payload.metadata["encoding"] = b"json/protobuf"


def _kind(payload: Payload) -> None:
    payload.metadata[KIND] = b"counted"


def _more(payload: Payload) -> None:
    payload.metadata["messageType"] = b"temporal.api.common.v1.Payload"


def _cut(payload: Payload) -> None:
    payload.metadata[SIGNATURE] = payload.metadata[SIGNATURE][:16]


def _gone(payload: Payload) -> None:
    del payload.metadata[SIGNATURE]


@pytest.mark.parametrize("alter", [_data, _encoding, _kind, _more, _cut, _gone])
async def test_a_payload_that_was_altered_is_refused(alter) -> None:
    """Data, encoding, kind, any other metadata, the signature itself."""
    (payload,) = await of_workflow(SigningKeys(NEW)).encode([REQUEST])
    alter(payload)
    with pytest.raises(PayloadUnsigned):
        await of_workflow(SigningKeys(NEW)).decode([payload], [SurveyRequest])


async def test_a_payload_that_was_moved_is_refused() -> None:
    """To another workflow, to another activity, from a workflow to its activity, to where another kind is read."""
    keys = SigningKeys(NEW)
    (mine,) = await of_workflow(keys).encode([REQUEST])
    with pytest.raises(PayloadUnsigned, match="does not verify for survey/berlin"):
        await of_workflow(keys, "survey/berlin").decode([mine], [SurveyRequest])
    with pytest.raises(PayloadUnsigned, match="signed as survey-request, and stands where counted is read"):
        await of_workflow(keys).decode([mine], [Counted])
    (answer,) = await of_activity(keys).encode([Counted(count=3)])
    assert await of_activity(keys).decode([answer], [Counted]) == [Counted(count=3)]
    for elsewhere in (of_activity(keys, "a2"), of_activity(keys, workflow_id="survey/berlin")):
        (found,) = await elsewhere.decode([answer], [Counted])
        assert isinstance(found, UnreadPayload)
    with pytest.raises(PayloadUnsigned):
        await of_workflow(keys).decode([answer], [Counted])


async def test_the_parts_of_what_is_signed_do_not_run_into_one_another() -> None:
    """A longer workflow id and a shorter activity id are not the same text."""
    keys = SigningKeys(NEW)
    (answer,) = await of_activity(keys, "b", workflow_id="a").encode([Counted(count=3)])
    (found,) = await of_activity(keys, "", workflow_id="ab").decode([answer], [Counted])
    assert isinstance(found, UnreadPayload)


async def test_the_first_key_signs_and_every_key_verifies() -> None:
    """So keys change without a stop: the new one is known everywhere before it is the first."""
    (old,) = await of_workflow(SigningKeys(OLD, NEW)).encode([REQUEST])
    (new,) = await of_workflow(SigningKeys(NEW, OLD)).encode([REQUEST])
    assert (old.metadata[KEY_ID].decode(), new.metadata[KEY_ID].decode()) == (signing_key_id(OLD), signing_key_id(NEW))
    for keys in (SigningKeys(OLD, NEW), SigningKeys(NEW, OLD)):
        assert await of_workflow(keys).decode([old, new], [SurveyRequest] * 2) == [REQUEST] * 2
    with pytest.raises(SigningKeyUnknown, match=f"{signing_key_id(NEW)}, and here are {signing_key_id(OLD)}"):
        await of_workflow(SigningKeys(OLD)).decode([new], [SurveyRequest])


CODECS = [None, EncryptingCodec(b"c" * 32)]


@pytest.mark.parametrize("codec", CODECS, ids=["readable", "encrypted"])
async def test_a_failure_is_read_where_it_belongs(codec) -> None:
    """With its message, type, details and cause; a readable one keeps its message as Temporal's UI shows it."""
    error = ApplicationError("SEPM refuses", 7, type="sepm-refused", non_retryable=True)
    error.__cause__ = ApplicationError("the answer was 403", "more", type="Refused")
    failure = Failure()
    await of_activity(SigningKeys(NEW), codec=codec).encode_failure(error, failure)
    assert failure.message == ("SEPM refuses" if codec is None else "Encoded failure")
    assert (b"403" in failure.SerializeToString()) == (codec is None)
    found = await of_activity(SigningKeys(NEW), codec=codec).decode_failure(failure)
    assert isinstance(found, ApplicationError)
    assert (found.message, found.type, tuple(found.details)) == ("SEPM refuses", "sepm-refused", (7,))
    assert isinstance(found.cause, ApplicationError)
    assert (found.cause.message, tuple(found.cause.details)) == ("the answer was 403", ("more",))


@pytest.mark.parametrize("codec", CODECS, ids=["readable", "encrypted"])
async def test_temporal_keeps_a_long_failure_that_is_tried_again(codec) -> None:
    """Of more than 4 KiB Temporal keeps neither text nor type; what a person must answer is kept whole elsewhere."""
    error = ApplicationError("skupina 漢字 " * 200, type="sepm-unreachable")
    error.__cause__ = OSError("漢" * 5_000)
    error.__cause__.__cause__ = OSError("." * 5_000)
    failure = Failure()
    await of_activity(SigningKeys(NEW), codec=codec).encode_failure(error, failure)
    assert failure.ByteSize() < 4096
    found = await of_activity(SigningKeys(NEW), codec=codec).decode_failure(failure)
    assert isinstance(found, ApplicationError)
    assert (found.type, found.message) == ("sepm-unreachable", error.message[:800])
    asked = ApplicationError(error.message, type="sepm-refused", non_retryable=True)
    await of_activity(SigningKeys(NEW), codec=codec).encode_failure(asked, failure)
    assert str(await of_activity(SigningKeys(NEW), codec=codec).decode_failure(failure)).endswith(error.message)


def _type(failure: Failure) -> None:
    failure.application_failure_info.type = "third-certificate"


def _retryable(failure: Failure) -> None:
    failure.application_failure_info.non_retryable = not failure.application_failure_info.non_retryable


def _delay(failure: Failure) -> None:
    failure.application_failure_info.next_retry_delay.seconds = 10**9


def _details(failure: Failure) -> None:
    failure.application_failure_info.details.payloads[0].data = b"8"


def _cause(failure: Failure) -> None:
    failure.cause.application_failure_info.type = "Other"


def _no_cause(failure: Failure) -> None:
    failure.ClearField("cause")


def _plain(failure: Failure) -> None:
    failure.ClearField("encoded_attributes")


@pytest.mark.parametrize("codec", CODECS, ids=["readable", "encrypted"])
@pytest.mark.parametrize("alter", [_type, _retryable, _delay, _details, _cause, _no_cause, _plain])
async def test_a_failure_that_was_altered_counts_as_unsigned(codec, alter) -> None:
    """Whatever decides, and the signature taken off: a failure that says so takes its place."""
    error = ApplicationError("SEPM refuses", 7, type="sepm-refused")
    error.__cause__ = ApplicationError("the answer was 403", type="Refused")
    failure = Failure()
    await of_activity(SigningKeys(NEW), codec=codec).encode_failure(error, failure)
    alter(failure)
    assert isinstance(await of_activity(SigningKeys(NEW), codec=codec).decode_failure(failure), UnsignedFailure)


async def test_a_failure_of_another_activity_counts_as_unsigned() -> None:
    """Signed by us, for another activity of the workflow."""
    failure = Failure()
    await of_activity(SigningKeys(NEW), "a1").encode_failure(ApplicationError("no", type="group-gone"), failure)
    assert isinstance(await of_activity(SigningKeys(NEW), "a2").decode_failure(failure), UnsignedFailure)


async def test_what_temporal_says_itself_passes() -> None:
    """No worker is there to sign a timeout; it tells of no answer."""
    failure = Failure(message="activity StartToClose timeout")
    failure.timeout_failure_info.timeout_type = int(TimeoutType.START_TO_CLOSE)  # type: ignore[assignment]
    assert isinstance(await of_activity(SigningKeys(NEW)).decode_failure(failure), TimeoutError)
    cancelled = Failure(message="cancelled")
    cancelled.canceled_failure_info.SetInParent()
    assert isinstance(await of_activity(SigningKeys(NEW)).decode_failure(cancelled), CancelledError)


def test_each_kind_is_of_one_message() -> None:
    """No two messages can stand for one another, and none has no kind of its own."""
    assert len(set(KINDS.values())) == len(KINDS)
    assert (kind_of(SurveyAnswer), kind_of(str), kind_of(dict[str, int])) == ("survey-answer", "plain", "plain")


def _timeout(failure: Failure) -> None:
    failure.timeout_failure_info.timeout_type = 99  # type: ignore[assignment]


def _cancelled(failure: Failure) -> None:
    failure.canceled_failure_info.details.payloads.add(metadata={"encoding": b"no/such"}, data=b"x")


@pytest.mark.parametrize("damage", [_timeout, _cancelled])
async def test_a_failure_that_cannot_be_read_stops_no_workflow(damage: Callable[[Failure], None]) -> None:
    """A client of Temporal can let an activity fail with anything: it is no answer, and no error of the reader."""
    failure = Failure(message="it is over")
    damage(failure)
    found = await of_activity(SigningKeys(NEW)).decode_failure(failure)
    assert isinstance(found, UnsignedFailure)
