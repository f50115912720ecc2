"""What waits for a person at a site: open tasks, questions, attention, a site that cannot be read."""

from collections.abc import Iterator
from datetime import datetime

from rotation.finding import Finding
from rotation.identity.two_persons import lowered
from rotation.notice.matter import Matter
from rotation.notice.notice import NoticeKind
from rotation.notice.watched import WatchedRotation, WatchedSite, WatchedWish
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.running.attention import digest, options_of
from rotation.running.message import Move
from rotation.site import Site
from rotation.text.written_values import span_text

_LATE = "gate-limit"
"""The attention of a gate that has passed its limit."""


def of_rotation(seen: WatchedRotation) -> tuple[Matter, ...]:
    """The open tasks that no person holds, and what is shown as attention."""
    tasks = (_of_task(seen, task) for task in seen.tasks if task.state is TaskState.OPEN)
    return (*tasks, *(_of_attention(seen, finding) for finding in seen.attention))


def of_site(seen: WatchedSite) -> tuple[Matter, ...]:
    """A site of which no port could be read at the last look."""
    if not seen.ports or not all(port.error for port in seen.ports):
        return ()
    named = sorted({f"{port.endpoint.server} ({port.error})" for port in seen.ports})
    key = f"unreadable/{seen.site.id}"
    return (
        Matter(
            key=key,
            topic=key,
            kind=NoticeKind.SITE_UNREADABLE,
            site_id=seen.site.id,
            site_name=seen.site.name,
            text="; ".join(named[:10]),
            by_when=seen.latest_start.at if seen.latest_start is not None else None,
        ),
    )


def of_wish(seen: WatchedWish) -> Matter:
    """A wish to lower limits of a site, until a second person approves it, or it lapses."""
    key, wish = f"wish/{seen.name}", seen.wish
    return Matter(
        key=key,
        topic=key,
        kind=NoticeKind.APPROVAL_WANTED,
        site_id=seen.site.id,
        site_name=seen.site.name,
        subject="lower limits of the site",
        text="; ".join((*_lowered(seen), f"{wish.asked_by} wishes it, and says why: {wish.why}")),
        by_when=wish.until,
    )


def _lowered(seen: WatchedWish) -> Iterator[str]:
    named, floor, holdout = lowered(seen.site.limits, seen.limits), seen.limits.relax_floor, seen.limits.holdout_minimum
    if "relax_floor" in named:
        yield f"the least wait before the first certificate would be {span_text(floor)}"
    if "holdout_minimum" in named:
        yield f"the least time for which the last server keeps its certificate would be {span_text(holdout)}"


def due_of(task: ConsoleTask, site: Site) -> datetime:
    """By when a task should be done: as long after its opening as the site lets a gate stand still."""
    return task.opened_at + site.limits.gate_patience


def _of_task(seen: WatchedRotation, task: ConsoleTask) -> Matter:
    key = f"task/{task.id}"
    return Matter(
        key=key,
        topic=key,
        kind=NoticeKind.TASK_OPENED,
        site_id=seen.site.id,
        site_name=seen.site.name,
        rotation_id=seen.id,
        task_id=task.id,
        step=task.title,
        subject=task.number,
        waits=seen.waits,
        by_when=due_of(task, seen.site),
    )


def _of_attention(seen: WatchedRotation, finding: Finding) -> Matter:
    asks = options_of(finding)
    kind, topic = _kind(finding.code, asks), f"attention/{seen.id}/{finding.code}"
    return Matter(
        # the remedy names the question: another one is asked again
        key=f"{topic}/{digest(finding.subject, finding.remedy)}",
        topic=topic,
        kind=kind,
        site_id=seen.site.id,
        site_name=seen.site.name,
        rotation_id=seen.id,
        step=seen.step,
        subject=finding.subject,
        text=finding.message if asks or not finding.remedy else f"{finding.message}. {finding.remedy}",
        waits=seen.waits,
        asks=asks,
        by_when=seen.deadlines.gate if kind is NoticeKind.GATE_LATE else seen.deadlines.soonest,
    )


def _kind(code: str, asks: tuple[Move, ...]) -> NoticeKind:
    if code == _LATE:
        return NoticeKind.GATE_LATE
    return NoticeKind.APPROVAL_WANTED if Move.APPROVE in asks else NoticeKind.ATTENTION
