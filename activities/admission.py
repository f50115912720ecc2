"""Whether the store knows the rotation that asks for an activity, before anything is done for it.

Temporal may run workflows of which the store knows nothing: it was restored from an older copy, or a stranger has
started one. Such a workflow can change nothing. Its activities are refused and tried again, so it stands still, and
goes on by itself once the store that knows it is back.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.progress import STATUS
from engine.contract import (
    AdmitRequest,
    LoadPlanRequest,
    MoveTaskRequest,
    NoteProofRequest,
    PlanCheckRequest,
    ProgressReport,
    RollBackRequest,
    StepRequest,
)
from rotation.values import RotationId, SiteId
from store.progress import RotationStatus
from store.rotation.tasks import UnknownTask
from store.store import Store

NOT_RECORDED = "rotation-not-recorded"
"""The type of the failure."""
_AGAIN = timedelta(seconds=15)

Activity = Callable[..., Awaitable[Any]]


def admitted(store: Store, activity: Activity) -> Activity:
    """`activity`, refused where the rotation that asks for it is not the one that the store has running at the site."""

    @wraps(activity)
    async def asked(request: Any) -> Any:
        await _require_recorded(store, request)
        return await activity(request)

    return asked


async def _require_recorded(store: Store, request: Any) -> None:
    """Refuse what the store does not know.

    Raises:
        ApplicationError: `rotation-not-recorded`, to be tried again soon.
    """
    asker = await _asker(store, request)
    if asker is None:
        return
    rotation_id, site_id = asker
    kept = await store.rotations.stands(rotation_id)
    if kept is None:
        raise _refused(f"the store has no rotation {rotation_id}")
    if kept[0] != site_id:
        raise _refused(f"rotation {rotation_id} is of site {kept[0]}, not of {site_id}")
    if isinstance(request, AdmitRequest):
        return  # it says itself what has ended
    if kept[1] is not RotationStatus.RUNNING and not _is_last_report(request, kept[1]):
        raise _refused(f"rotation {rotation_id} does not run any more, it is {kept[1].value}")


async def _asker(store: Store, request: Any) -> tuple[RotationId, SiteId] | None:
    """The rotation that asks, and its site; None for what belongs to no rotation."""
    match request:
        case StepRequest(ref=ref):
            return ref.rotation_id, ref.site_id
        case AdmitRequest() | PlanCheckRequest() | RollBackRequest() | LoadPlanRequest() | ProgressReport():
            return request.rotation_id, request.site_id
        case MoveTaskRequest() | NoteProofRequest():
            try:
                task = await store.tasks.get(request.task_id)
            except UnknownTask as unknown:
                raise _refused(str(unknown)) from unknown
            return task.rotation_id, task.site_id
        case _:
            return None


def _is_last_report(request: Any, status: RotationStatus) -> bool:
    """Whether it is the report of that very end, which a worker that died may store twice."""
    return isinstance(request, ProgressReport) and request.outcome is not None and STATUS[request.outcome] is status


def _refused(why: str) -> ApplicationError:
    text = f"{why}: nothing was done for it. `rotator status` says what helps"
    return ApplicationError(text, type=NOT_RECORDED, next_retry_delay=_AGAIN)
