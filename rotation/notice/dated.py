"""What time brings while a rotation runs: a task near its time, proof that lapses soon, a week of holdout."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rotation.notice.matters import due_of
from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.watched import WatchedRotation
from rotation.plan.work.task import ConsoleTask, TaskState

_LAPSES_IN = timedelta(minutes=10)
"""So long before the proof of a claim lapses its holder is called; once a day for each claim that is held longer."""
_NEAR = timedelta(days=2)
_NEAR_SHARE = 4
"""A task is near its time two days before, or in the last quarter where that is shorter."""
_WEEK = timedelta(days=7)


def of_rotation(seen: WatchedRotation, now: datetime, *, step_since: datetime | None) -> tuple[Notice, ...]:
    """The notices whose time has come.

    Args:
        seen: the rotation.
        now: the time.
        step_since: since when its present step is known.
    """
    return (*_of_tasks(seen, now), *_of_holdout(seen, now, step_since))


def _of_tasks(seen: WatchedRotation, now: datetime) -> Iterator[Notice]:
    for task in seen.tasks:
        due = due_of(task, seen.site)
        if now >= due - min(_NEAR, (due - task.opened_at) / _NEAR_SHARE):
            key = f"task/{task.id}/near"
            yield _task_notice(seen, task, NoticeKind.TASK_NEAR, key, now).model_copy(update={"by_when": due})
        until = task.proof_until
        if task.state is TaskState.CLAIMED and until is not None and now < until <= now + _LAPSES_IN:
            key = f"task/{task.id}/claim/{task.claimed_by}/{until.date().isoformat()}"
            lapsing = _task_notice(seen, task, NoticeKind.CLAIM_LAPSING, key, now)
            yield lapsing.model_copy(update={"by_when": until})


def _task_notice(seen: WatchedRotation, task: ConsoleTask, kind: NoticeKind, key: str, now: datetime) -> Notice:
    return Notice(
        key=key,
        kind=kind,
        at=now,
        site_id=seen.site.id,
        site_name=seen.site.name,
        rotation_id=seen.id,
        task_id=task.id,
        step=task.title,
        subject=task.number,
        waits=seen.waits,
        holder=task.claimed_by if task.state is TaskState.CLAIMED else "",
    )


def _of_holdout(seen: WatchedRotation, now: datetime, since: datetime | None) -> Iterator[Notice]:
    weeks = 0 if since is None else (now - since) // _WEEK
    if not seen.holds_out or weeks < 1:
        return
    yield Notice(
        key=f"holdout/{seen.id}/{seen.step_id}/{weeks}",
        kind=NoticeKind.HOLDOUT_REPORT,
        at=now,
        site_id=seen.site.id,
        site_name=seen.site.name,
        rotation_id=seen.id,
        step=seen.step,
        waits=seen.waits,
        figures=seen.figures,
        by_when=seen.next_action_at,
    )
