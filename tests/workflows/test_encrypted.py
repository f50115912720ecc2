"""Whole rotations with encrypted payloads: nothing readable is left in Temporal, and what began without goes on."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from google.protobuf.message import Message as Proto
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from emulator.scenarios import one_server
from engine.codec.codec import EncryptingCodec, is_encrypted
from engine.contract import EARLY_QUERY, NOT_ANSWERING, ActivityName, ErrorType, RotateResult, SearchAttribute
from engine.plugin import RotatorPlugin
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.signing import SIGNING
from workflows.hosts.procedure_change import ProcedureChange

KEY = b"k" * 32
HEARTBEAT = timedelta(minutes=5)


def payloads_in(message: Proto) -> Iterator[Payload]:
    """Every payload in it but search attributes, however deep it lies."""
    if isinstance(message, Payload):
        yield message
    elif not isinstance(message, SearchAttributes):
        for inner in within(message):
            yield from payloads_in(inner)


def within(message: Proto) -> Iterator[Proto]:
    """The messages that are fields of it, of a list or a map of it."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            yield from (each for each in value.values() if isinstance(each, Proto))
        elif isinstance(value, Proto):
            yield value
        else:
            yield from value


def clear_in(message: Proto, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in it that is no payload, with the names of the fields that lead there."""
    if isinstance(message, SearchAttributes):
        for name, payload in message.indexed_fields.items():
            yield f"search attribute {name}", payload.data.decode()
    elif not isinstance(message, Payload):
        for field, value in message.ListFields():
            here = f"{path}.{field.name}".lstrip(".")
            if field.type == field.TYPE_STRING:
                yield from ((here, each) for each in ([value] if isinstance(value, str) else value))
            elif isinstance(value, Proto):
                yield from clear_in(value, here)
            elif field.message_type is not None:
                entries = value.values() if field.message_type.GetOptions().map_entry else value
                for each in entries:
                    yield from clear_in(each, here)


async def history(client: Client, workflow_id: str) -> list[HistoryEvent]:
    """The events as Temporal keeps them: a client decodes none of them by itself."""
    return list((await client.get_workflow_handle(workflow_id).fetch_history()).events)


@pytest.fixture
async def encrypting(skipping) -> Client:
    """A client of the skipping server whose payloads are encrypted."""
    config = skipping.client.config()
    converter = RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(KEY)).data_converter
    return Client(
        **{
            **config,
            "data_converter": converter,
            "plugins": [RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(KEY))],
        }
    )


@dataclass(frozen=True)
class Kept:
    """What Temporal keeps of a whole rotation, and what it is about."""

    events: list[HistoryEvent]
    plan_hash: str
    task_queue: str
    secrets: set[str]
    """What no reader of Temporal may learn: passwords, people and their reasons, clients."""


@pytest.fixture(scope="module")
def kept() -> list[Kept]:
    """The rotation that `whole` has run, for the tests after the first."""
    return []


@pytest.fixture
async def whole(stage, encrypting, kept: list[Kept]) -> Kept:
    """A rotation from its start to its end, with the codec on; run once."""
    if not kept:
        here = stage(one_server(clients=12, heartbeat=HEARTBEAT))
        here.client = encrypting
        await here.register()
        plan = await here.plan()
        assert (await here.rotate(plan)).outcome is Outcome.COMPLETED
        assert here.lost() == []
        secret = {here.simulation.spec.password, "bob", "console"} | {
            each.name for each in here.simulation.fleet.clients
        }
        events = await history(encrypting, here.handles[0].id)
        kept.append(Kept(events, plan.hash, here.task_queue, secret))
    return kept[0]


OF_PATCHES = "TemporalChangeVersion"
"""Temporal's own search attribute: the patches that a history was begun with."""
PATCHES = tuple({"id": each, "deprecated": False} for each in ProcedureChange)
BOOKS = {
    "activation_index",
    "activity_id",
    "activity_type",
    "attempt",
    "backoff",
    "complete_time",
    "original_schedule_time",
    "seq",
}
"""What the SDK itself writes down of an activity that is tried within a workflow task: no codec sees it."""


def of_ours(events):
    """The payloads of events, without what the SDK writes down for itself: times, names of activities, and patches."""
    for payload in (each for event in events for each in payloads_in(event)):
        written = {} if is_encrypted(payload) else json.loads(payload.data)
        books = isinstance(written, dict) and set(written) == BOOKS and written["activity_type"] in set(ActivityName)
        if not books and written not in PATCHES:
            yield payload


async def test_no_payload_of_a_rotation_can_be_read(whole):
    """Every payload of the history is encrypted, and holds what the rotation was about; nothing of that is in clear."""
    payloads = list(of_ours(whole.events))
    assert len(payloads) > 100
    assert [payload for payload in payloads if not is_encrypted(payload)] == []
    opened = b"".join(each.data for each in await EncryptingCodec(KEY).decode(payloads))
    raw = b"".join(event.SerializeToString() for event in whole.events)
    for word in (whole.plan_hash.encode(), b'"who":"bob"', b"Copy the list", b"store the original"):
        assert word in opened, "the search sees what is there"
        # steps have a search attribute, which stays clear
        assert (word in raw) == (word == b"Copy the list"), word


CLEAR = {
    "activity_id": r"[0-9a-f]{32}",
    "activity_type.name": "|".join(ActivityName),
    "application_failure_info.type": r"[\w-]+",
    "build_id": r"[0-9a-f]{32}",
    "first_execution_run_id": r"[0-9a-f-]{36}",
    "identity": r"\d+@[\w.-]+",
    # of a failure; "activity ... timeout" is Temporal's own
    "message": rf"Encoded failure|{re.escape(EARLY_QUERY)}|activity \w+ timeout",
    "marker_name": "core_local_activity|core_patch",
    "non_retryable_error_types": "|".join((*ErrorType, NOT_ANSWERING)),
    "original_execution_run_id": r"[0-9a-f-]{36}",
    "request_id": r"[0-9a-f-]{36}|request-from-\w+",
    "sdk_metadata.sdk_name": "temporal-python",
    "sdk_metadata.sdk_version": r"[\d.]+",
    "signal_name": "|".join(Move),
    "source": "PythonSDK|Server",
    "task_queue.name": r"queue-[0-9a-f]{32}|\d+@[\w.-]+",
    "task_queue.normal_name": r"queue-[0-9a-f]{32}",
    "timer_id": r"\d+",
    "workflow_id": r"rotate/[0-9a-f]{32}",
    "workflow_type.name": "RotateSite",
}
"""Every field that stays clear, and all that it may hold. The names of tests' queues and workflows are drawn."""


async def test_what_stays_clear_holds_nothing_secret(whole):
    """Ids, types, queues, names of failures and search attributes: no other field, no secret, no name of a person."""
    clear = [each for event in whole.events for each in clear_in(event)]
    attributes = {name: text for name, text in clear if name.startswith("search attribute ")}
    assert {name.removeprefix("search attribute ") for name in attributes} <= {*SearchAttribute, OF_PATCHES}
    unforeseen = {
        (path, text)
        for path, text in clear
        if path not in attributes
        and not any(path.endswith(f".{field}") and re.fullmatch(form, text) for field, form in CLEAR.items())
    }
    assert unforeseen == set()
    shown = "\n".join(text for _, text in clear)
    assert whole.task_queue in shown, "the search sees what is there"
    assert {each for each in whole.secrets if re.search(rf"\b{re.escape(each)}\b", shown)} == set()


async def test_a_rotation_that_began_without_encryption_goes_on_with_it(stage, encrypting):
    """What was kept in clear is read as it was, all that is kept from then on is encrypted, and it ends well."""
    here = stage(one_server(clients=12, heartbeat=HEARTBEAT))
    await here.register()
    plain = here.client
    leaving = {"replace_certificate"}  # it waits there, however busy this machine is
    async with here.working():
        handle = await here.start(await here.plan())
        async with here.attended(handle, leaving):
            await here.task(handle, "replace_certificate")
        here.handles.clear()  # it lives on
    before = await history(plain, handle.id)

    here.client = encrypting
    handle = encrypting.get_workflow_handle(handle.id, result_type=RotateResult)
    here.handles.append(handle)
    async with here.working(), here.attended(handle, leaving):
        assert (await here.say(handle, Move.CANCEL, why="enough")).accepted
        assert (await here.end(handle)).outcome is Outcome.CANCELLED
    assert here.lost() == []
    events = await history(encrypting, handle.id)
    first, later = list(of_ours(events[: len(before)])), list(of_ours(events[len(before) :]))
    assert not any(map(is_encrypted, first[:10]))
    # what the first worker had still to say when it was stopped is in clear
    turn = next(at for at, payload in enumerate(later) if is_encrypted(payload))
    assert turn < 5
    assert all(map(is_encrypted, later[turn:]))
    assert len(later) - turn > 30
