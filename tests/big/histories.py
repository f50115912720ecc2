"""What a rotation has left in Temporal: its histories, their payloads, and the events of one reading."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from engine.contract import ActivityName, RotateInput
from rotation.running.state import RotationState

_NOT_COUNTED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
}
_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED


async def histories(client: Client) -> list[list[HistoryEvent]]:
    """The histories of every rotation of the server, each run by itself, the earliest first."""
    found = []
    async for run in client.list_workflows("WorkflowId STARTS_WITH 'rotate/'"):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        found.append((run.start_time, list(history.events)))
    return [events for _, events in sorted(found, key=lambda each: each[0])]


def start_bytes(history: list[HistoryEvent]) -> int:
    """Of what a history began with."""
    return sum(each.ByteSize() for each in _payloads(history[0]))


def resumed(found: Iterable[list[HistoryEvent]]) -> list[RotationState]:
    """The states that later histories have begun with."""
    begun = (RotateInput.model_validate_json(next(_payloads(history[0])).data) for history in found)
    return [each.resume for each in begun if each.resume is not None]


def largest(history: list[HistoryEvent]) -> tuple[int, str]:
    """The largest payload, with the kind of the event that has it."""
    every = (
        (payload.ByteSize(), EventType.Name(event.event_type)) for event in history for payload in _payloads(event)
    )
    return max(every, default=(0, ""))


def of_readings(history: list[HistoryEvent]) -> list[int]:
    """The numbers of events from one reading to the next, where no other activity was scheduled between them.

    Skips of time are not counted, nor updates of the search attributes, which a reading may change.
    """
    history = [each for each in history if each.event_type not in _NOT_COUNTED]
    asked = [
        (number, each.activity_task_scheduled_event_attributes.activity_type.name)
        for number, each in enumerate(history)
    ]
    asked = [each for each, event in zip(asked, history, strict=True) if event.event_type == _SCHEDULED]
    readings = {ActivityName.READ_GATE}
    return [later - earlier for (earlier, one), (later, next_one) in pairwise(asked) if {one, next_one} == readings]


def _payloads(message: Message) -> Iterator[Payload]:
    """Every payload in a message, at any depth."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [each for each in value.values() if isinstance(each, Message)]
        else:
            inner = list(value) if field.is_repeated else [value]
        for each in inner:
            yield from _payloads(each)
