"""Whether the store knows the rotation that asks for an activity, before anything is done for it.

Temporal may run workflows of which the store knows nothing: it was restored from an older copy, or a stranger has
started one. Such a workflow can change nothing. Its activities are refused and tried again, so it stands still, and
goes on by itself once the store that knows it is back.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from temporalio import activity as temporal_activity
from temporalio.exceptions import ApplicationError

from activities.progress import STATUS
from engine.contract import (
    AdmitRequest,
    LoadPlanRequest,
    MoveTaskRequest,
    NoteProofRequest,
    OfRun,
    PlanCheckRequest,
    ProgressReport,
    RollBackRequest,
    StepRequest,
)
from rotation.running.ends import end_words
from rotation.values import RotationId, SiteId
from service.world import World
from store.progress import RotationStatus
from store.rotation.rotations import Stands
from store.rotation.tasks import UnknownTask
from store.store import Store
from store.trail.site_trail import SERVICE, NewTrailEvent, TrailKind

NOT_RECORDED = "rotation-not-recorded"
"""The type of the failure."""
_AGAIN = timedelta(seconds=15)
_ALARMS = 1_000
"""Runs of workflows of which is remembered that an alarm was given."""

Activity = Callable[..., Awaitable[Any]]


class Admission:
    """Refuses what is asked for a rotation that the store does not have running, or by another run of its workflow."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._alarms: set[str] = set()

    def before(self, activity: Activity) -> Activity:
        """`activity`, refused where the rotation that asks for it is not the one that the store has at the site."""

        @wraps(activity)
        async def asked(request: Any) -> Any:
            await self._require_recorded(request)
            return await activity(request)

        return asked

    async def _require_recorded(self, request: Any) -> None:
        """Refuse what the store does not know.

        Raises:
            ApplicationError: `rotation-not-recorded`, to be tried again soon.
        """
        store = self._world.store
        asker = await _asker(store, request)
        if asker is None:
            return
        rotation_id, site_id = asker
        kept = await store.rotations.stands(rotation_id)
        if kept is None:
            raise _refused(f"the store has no rotation {rotation_id}")
        if kept.site_id != site_id:
            raise _refused(f"rotation {rotation_id} is of site {kept.site_id}, not of {site_id}")
        if not isinstance(request, AdmitRequest):  # it says itself what has ended
            ended = kept.status is not RotationStatus.RUNNING
            if ended and not _is_last_report(request, kept.status):
                raise _refused(f"rotation {rotation_id} does not run any more: {end_words(kept.status.value)}")
        if temporal_activity.in_activity():  # played in one process, a rotation has no runs
            await self._require_its_run(rotation_id, kept, request)

    async def _require_its_run(self, rotation_id: RotationId, kept: Stands, request: OfRun) -> None:
        """Refuse a request that was made for another run, and a run that was not admitted, as after a reset.

        Raises:
            ApplicationError: `rotation-not-recorded`; an alarm is on the trail of the site, once for each run.
        """
        info = temporal_activity.info()
        run_id = info.workflow_run_id or ""
        if request.run_id != run_id:
            why = f"it was made for run {request.run_id or '(none)'} of the workflow, and run {run_id} has sent it"
        elif not isinstance(request, AdmitRequest) and kept.run_id != run_id:
            why = f"run {run_id} of the workflow asks, and run {kept.run_id or '(none)'} was admitted"
        else:
            return
        text = f"{info.activity_type} of rotation {rotation_id} was refused: {why}"
        if run_id not in self._alarms:
            alarm = NewTrailEvent(
                at=self._world.clock(),
                kind=TrailKind.ACTIVITY_REFUSED,
                message=text,
                author=SERVICE,
                rotation_id=rotation_id,
                data={"activity": info.activity_type, "run": run_id, "made_for": request.run_id},
            )
            await self._world.store.trail.append(kept.site_id, alarm)
            if len(self._alarms) >= _ALARMS:
                self._alarms.clear()
            self._alarms.add(run_id)
        raise _refused(text)


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
    text = f"{why}; the service did nothing for it. `rotator status` says what helps"
    return ApplicationError(text, type=NOT_RECORDED, next_retry_delay=_AGAIN)
