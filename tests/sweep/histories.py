"""The workflow tasks that failed, as Temporal recorded them: defects, and ends that it put off for a message."""

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent

_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
_PUT_OFF = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


@dataclass(frozen=True)
class FailedTasks:
    """What became of the workflow tasks that failed."""

    defects: tuple[str, ...] = ()
    """Tasks whose history did not replay, or in which the workflow's code failed."""
    put_off: int = 0
    """Tasks that would have ended the history when a signal had just come.

    Temporal refuses such an end (`UNHANDLED_COMMAND`), so that no signal is lost, and gives the signal to the next
    task. This is how a message that comes last is heard at all: nothing fails, and nothing is done twice. It comes
    about where a caller sends its message again because a worker or the API died before it had answered.
    """


async def failed_tasks(events: AsyncIterable[HistoryEvent]) -> FailedTasks:
    """The tasks that failed in a history. An end is put off for a signal alone: any other is a defect."""
    history = [each async for each in events]
    failed = [place for place, event in enumerate(history) if event.event_type == _FAILED]
    put_off = [place for place in failed if _is_put_off(history, place)]
    return FailedTasks(tuple(_defect(history[place]) for place in failed if place not in put_off), len(put_off))


def _is_put_off(history: Sequence[HistoryEvent], place: int) -> bool:
    """Whether a signal had come in while the task ran; Temporal records it behind the task that it refused."""
    if history[place].workflow_task_failed_event_attributes.cause != _PUT_OFF:
        return False
    behind = history[place + 1 :]
    next_task = (n for n, each in enumerate(behind) if each.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
    came = {each.event_type for each in behind[: next(next_task, len(behind))]}
    return EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in came


def _defect(event: HistoryEvent) -> str:
    attributes = event.workflow_task_failed_event_attributes
    cause = WorkflowTaskFailedCause.Name(attributes.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    return f"workflow task {event.event_id} failed: {cause}: {attributes.failure.message}"
