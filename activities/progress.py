"""The audit trail and what people see of a rotation, stored before the rotation goes on."""

from temporalio import activity

from engine.contract import ActivityName, Counted, EventKind, Noted, ProgressReport
from rotation.running.report import RotationReport
from rotation.running.state import Outcome
from rotation.running.trail_conflict import trail_conflict
from service.world import World
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from store.rotation.plans import PlanAltered
from store.trail.site_trail import TrailKind

STATUS = {
    Outcome.COMPLETED: RotationStatus.COMPLETED,
    Outcome.CANCELLED: RotationStatus.CANCELLED,
    Outcome.ROLLED_BACK: RotationStatus.ROLLED_BACK,
}
"""What the store keeps of how a rotation ended."""


class ProgressKeeper:
    """Appends events and keeps the projection."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.RECORD_PROGRESS)
    async def record_progress(self, report: ProgressReport) -> Counted:
        """Append the events and update the projection. Recording them twice changes nothing."""
        store = self._world.store
        events: tuple[Noted | ProgressReport, ...] = (*report.earlier, report)
        run = activity.info().workflow_run_id if activity.in_activity() else ""
        known = [await self._with_request(each, report) for each in events]
        await store.events.append(report.rotation_id, report.site_id, *(_event(each, run or "") for each in known))
        if report.kind is EventKind.ENDED:
            await self._mark_restored(report)
        progress = await self._progress(report)
        await store.rotations.project(report.rotation_id, progress, report.at, number=report.number)
        return Counted(count=report.number)

    async def _with_request(self, event: Noted | ProgressReport, report: ProgressReport) -> Noted | ProgressReport:
        """The event with the HTTP request by which it came: that of the start stands on the site's trail."""
        if event.kind is not EventKind.STARTED:
            return event
        trail = await self._world.store.trail.list(report.site_id, rotation_id=report.rotation_id)
        started = (each.data.get("request_id", "") for each in trail if each.kind == TrailKind.ROTATION_STARTED)
        return event.model_copy(update={"http_request": next(started, "")})

    async def _progress(self, report: ProgressReport) -> Progress:
        attention = [attention.finding() for attention in report.attention]
        if await self._world.store.events.has_conflict(report.rotation_id):
            attention.append(trail_conflict(report.rotation_id))
        progress = Progress(
            plan_id=report.plan_id,
            plan_hash=report.plan_hash,
            step_id=report.step,
            step_number=report.step_number,
            step_title=report.step_title,
            step_index=report.step_index,
            step_count=report.step_count,
            phase=report.phase,
            attention=tuple(attention),
            held=report.held,
            next_action_at=report.next_action_at,
        )
        changed: dict[str, object] = {}
        if report.reading is not None:
            changed["coverage"] = report.reading
        if report.outcome is not None:
            changed |= {
                "status": STATUS[report.outcome],
                "finished_at": report.at,
                "report": await self._report_at_end(report, report.outcome),
            }
        return progress.model_copy(update=changed) if changed else progress

    async def _report_at_end(self, report: ProgressReport, outcome: Outcome) -> RotationReport:
        store = self._world.store
        rotation = await store.rotations.get(report.rotation_id)
        try:
            plan = await store.plans.get(rotation.plan_id)
        except PlanAltered:  # nothing of it was begun
            plan = None
        back = rotation.coverage
        return RotationReport(
            outcome=outcome,
            started_at=rotation.created_at,
            finished_at=report.at,
            elapsed_seconds=(report.at - rotation.created_at).total_seconds(),
            least_seconds=plan.least.total_seconds() if plan else 0.0,
            steps=report.step_count,
            clients=back.total if back else plan.clients if plan else 0,
            clients_not_back=back.waiting if back else 0,
            not_back=back.waiting_names if back else (),
            left_out=len(await store.roster.left_out(report.rotation_id)),
        )

    async def _mark_restored(self, report: ProgressReport) -> None:
        """Both ends put every recorded setting back; a restore did so for the rotation before it too.

        A restore that was cancelled has not: the site stays changed, and is shown so until another one has.
        """
        store = self._world.store
        rotation = await store.rotations.get(report.rotation_id)
        if rotation.purpose == "restore" and report.outcome is not Outcome.COMPLETED:
            return
        await store.originals.mark_restored(report.rotation_id, report.at)
        if rotation.purpose != "restore":
            return
        while left := await store.originals.unrestored(report.site_id, but=report.rotation_id):
            earlier = await store.rotations.get(left[0].rotation_id)
            # marked last: what is marked is not found again after a crash in between
            if earlier.status is RotationStatus.TERMINATED:
                await store.rotations.project(earlier.id, Progress(status=RotationStatus.RESTORED), report.at)
            await store.originals.mark_restored(earlier.id, report.at)


def _event(event: Noted | ProgressReport, run: str) -> NewEvent:
    return NewEvent(
        at=event.at,
        kind=event.kind.value,
        message=event.message,
        data=_data(event),
        # another run of the workflow, as after a reset, reports other events under the same numbers
        key=f"{run}/{event.number}",
    )


def _data(event: Noted | ProgressReport) -> dict[str, str]:
    data = {"step": event.step, "number": event.step_number, "phase": event.phase}
    if isinstance(event, ProgressReport) and event.code:
        data |= {"code": event.code, "subject": event.subject}
    if event.http_request:
        data |= {"request_id": event.http_request}
    return data
