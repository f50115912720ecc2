"""What is wrong with a rotation: the store held against Temporal, by a chain of rules. The first that applies decides.

docs/admin/troubleshooting.md has the same as a table.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from rotation.standing import remedies
from rotation.standing.records import Failed, Recorded, Run, RunStatus, Service, Silent, WorkerAnswer
from rotation.standing.trouble import Trouble, TroubleCode, adrift, stalled
from rotation.values import RotationId, SiteId

ROTATES = "RotateSite"
"""The type of the workflows that rotate sites."""
_ATTEMPTS = 3
"""A worker that dies makes a workflow task fail once; one that has failed twice has another reason."""
_ACTIVITY_ATTEMPTS = 5
_SAYS_SO_ITSELF = frozenset({"sepm-unreachable"})
"""Failures of activities that the rotation itself shows as attention."""
_SILENT = timedelta(seconds=24)
"""A worker that is replaced, or busy, is silent for some seconds."""
_POLL = timedelta(minutes=15)
_LEAST_HEARTBEAT = timedelta(minutes=5)
_UNPOLLED = timedelta(minutes=2)
"""A worker asks at least once a minute."""
_LAST_WORDS = timedelta(minutes=1)
"""A rotation reports its end and then ends; a worker may die between the two."""

_Rule = Callable[[Recorded, Run, Service], Trouble | None]


def of_rotation(recorded: Recorded, run: Run | None, service: Service) -> Trouble | None:
    """What is wrong with a rotation that the store has as running; None: nothing.

    Args:
        recorded: the rotation.
        run: the newest run under the id of its workflow; None when Temporal has none.
        service: when and where the service looked.
    """
    if run is None or (not run.status.is_open and run.rotation_id != recorded.rotation_id):
        return None if recorded.unreported else _history_gone(recorded)
    return next((trouble for rule in _CHAIN if (trouble := rule(recorded, run, service)) is not None), None)


def left_changed(rotation_id: RotationId, site_id: SiteId) -> Trouble:
    """The trouble of a site where no rotation runs, and what an ended one may have changed is not put back."""
    text = (
        "the rotation has ended, and its changes may not be put back: groups may use HTTP copies of their lists, and "
        "their clients may not verify the server"
    )
    return adrift(TroubleCode.LEFT_CHANGED, rotation_id, text, remedies.restore(site_id))


def of_workflow(run: Run, recorded: Recorded | None, ended_at: datetime | None, service: Service) -> Trouble | None:
    """What is wrong with an open workflow under the id of a site, by what the store has of its rotation.

    Args:
        run: the workflow.
        recorded: the rotation that it says to be; None: the store has none of that id, or it is of another site.
        ended_at: when the store has seen that rotation end.
        service: when and where the service looked.
    """
    if recorded is None:
        return not_recorded(run, service)
    if recorded.runs or (ended_at is not None and service.now - ended_at < _LAST_WORDS):
        return None
    text = (
        f"the database has the rotation {recorded.rotation_id} as {recorded.status}, and Temporal still runs it; "
        "it can change nothing"
    )
    return adrift(TroubleCode.RUNS_AFTER_END, run.workflow_id, text, remedies.terminate(run, service))


def not_recorded(run: Run, service: Service) -> Trouble:
    """What is wrong with a workflow of which the store knows nothing."""
    text = (
        "Temporal runs the workflow, and the database does not know it; it can change nothing. If the database was "
        "restored from an older copy, put the newer one back; else end the workflow"
    )
    return adrift(TroubleCode.NOT_RECORDED, run.workflow_id, text, remedies.terminate(run, service))


def no_worker(service: Service) -> Trouble | None:
    """The trouble of the whole service where no worker asks for work; None: one does."""
    if service.now - service.polled_at < _UNPOLLED:
        return None
    text = (
        f"no worker has polled the task queue {service.task_queue} since {_at(service.polled_at)}; "
        "rotations wait and lose nothing"
    )
    return stalled(TroubleCode.NO_WORKER, "worker", text, remedies.WORKER)


def _history_gone(recorded: Recorded) -> Trouble:
    text = "Temporal has no history of the rotation: the service uses another Temporal, or the history was deleted"
    return adrift(TroubleCode.HISTORY_GONE, recorded.rotation_id, text, remedies.restore(recorded.site_id))


def _other_run(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    if run.type == ROTATES and run.rotation_id == recorded.rotation_id:
        return None
    text = (
        f"Temporal runs the rotation {run.rotation_id} under the workflow id {run.workflow_id} of this rotation"
        if run.rotation_id
        else f"Temporal runs a workflow {run.type} without a rotation under the workflow id {run.workflow_id} of this "
        "rotation"
    )
    return adrift(TroubleCode.OTHER_RUN, recorded.rotation_id, text, remedies.terminate(run, service))


def _ended_outside(recorded: Recorded, run: Run, _service: Service) -> Trouble | None:
    if run.status.is_open:
        return None
    text = f"Temporal has the rotation's workflow as {run.status.value}, and the rotation reported no end"
    return adrift(TroubleCode.ENDED_OUTSIDE, recorded.rotation_id, text, remedies.restore(recorded.site_id))


def _paused(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    if run.status is not RunStatus.PAUSED:
        return None
    text = "a person paused the rotation's workflow in Temporal"
    return stalled(TroubleCode.PAUSED, recorded.rotation_id, text, remedies.unpause(run, service))


def _task_fails(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    task = run.task
    if task is None or task.attempt < _ATTEMPTS:
        return None
    text = f"the rotation's workflow task keeps failing (attempts: {task.attempt}){_why(task.error)}"
    return stalled(TroubleCode.TASK_FAILS, recorded.rotation_id, text, _mend(run, service))


def _worker_cannot(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    if not isinstance(run.answer, Failed):
        return None
    text = (
        "the worker cannot replay the rotation's history: its version differs, or it has a "
        f"defect{_why(run.answer.error)}"
    )
    return stalled(TroubleCode.WORKER_CANNOT, recorded.rotation_id, text, _mend(run, service))


def _no_answer(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    if not isinstance(run.answer, Silent) or service.now - run.answer.since < _SILENT:
        return None
    text = (
        f"no worker has answered for the rotation since {_at(run.answer.since)}, and none has polled since "
        f"{_at(service.polled_at)}: no worker runs, or Temporal cannot write; the rotation waits and loses nothing"
    )
    return stalled(TroubleCode.NO_WORKER, recorded.rotation_id, text, remedies.NO_ANSWER)


def _activity_fails(recorded: Recorded, run: Run, _service: Service) -> Trouble | None:
    for each in run.activities:
        if each.attempt >= _ACTIVITY_ATTEMPTS and each.error and each.error_type not in _SAYS_SO_ITSELF:
            text = f"the activity {each.name} keeps failing (attempts: {each.attempt}){_why(each.error)}"
            remedy = "correct what the message names; the service runs the activity again at least every five minutes"
            return stalled(TroubleCode.ACTIVITY_FAILS, recorded.rotation_id, text, remedy)
    return None


def _reset_outside(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    if run.reset_at is None or run.run_id == recorded.run_id:  # admitted after the reset, it goes on
        return None
    text = (
        f"a person reset the rotation's workflow at {_at(run.reset_at)}: the database has more events than the "
        "workflow, which can change nothing any more"
    )
    return adrift(TroubleCode.RESET_OUTSIDE, recorded.rotation_id, text, remedies.terminate(run, service))


def _history_older(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    """The store was read before its workflow was asked, so that the workflow knows at least as much."""
    if not isinstance(run.answer, WorkerAnswer) or run.answer.next_act.events is None:
        return None
    if run.answer.next_act.events >= recorded.last_event:
        return None
    text = (
        f"the rotation's workflow is at event {run.answer.next_act.events}, and the database at event "
        f"{recorded.last_event}: Temporal was restored from an older copy, so the shown state is not what the "
        "rotation does"
    )
    remedy = (
        "send again the messages that the rotation got since that copy, e.g. a hold; its state is right again when it "
        f"has reported as many events. Or end it: {remedies.terminate(run, service)}"
    )
    return adrift(TroubleCode.HISTORY_OLDER, recorded.rotation_id, text, remedy)


def _overdue(recorded: Recorded, run: Run, service: Service) -> Trouble | None:
    """Past its own next act by more than a heartbeat and a poll, with nothing under way."""
    if run.activities or not isinstance(run.answer, WorkerAnswer) or run.answer.next_act.at is None:
        return None
    act = run.answer.next_act
    due = run.answer.next_act.at + max(act.heartbeat, _LEAST_HEARTBEAT) + _POLL
    if service.now <= due:
        return None
    text = f"the rotation should have acted at {_at(run.answer.next_act.at)}, and none of its activities runs"
    return stalled(TroubleCode.OVERDUE, recorded.rotation_id, text, _mend(run, service))


_CHAIN: tuple[_Rule, ...] = (
    _other_run,
    _ended_outside,
    _paused,
    _reset_outside,
    _task_fails,
    _worker_cannot,
    _no_answer,
    _activity_fails,
    _history_older,
    _overdue,
)


def _mend(run: Run, service: Service) -> str:
    return (
        "start a worker of a version that can run the rotation, which then goes on by itself (the worker's log has the "
        f"error); or end the rotation: {remedies.terminate(run, service)}"
    )


def _why(error: str) -> str:
    return f": {error}" if error else ""


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
