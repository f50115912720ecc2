"""What a rotation reports: a gate that has passed, and its end."""

from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.watched import EndedRotation, ReportedEvent
from rotation.running.waits.of_end import end
from rotation.running.waits.situation import Situation
from rotation.site import Site
from rotation.values import RotationId

_GATE_PASSED, _FROM_OUTSIDE = "gate-passed", "terminated"


def of_event(rotation: RotationId, site: Site, event: ReportedEvent) -> Notice | None:
    """The notice of an event; None of one that calls no person, or is seen by what stands (`matters`)."""
    if event.kind != _GATE_PASSED:
        return None
    # the title of a step may have a colon itself, and what was not seen stands behind one
    first, parted, rest = event.message.partition("; ")
    step, _, text = first.rpartition(": ")
    return Notice(
        key=f"event/{rotation}/{event.number}",
        kind=NoticeKind.GATE_PASSED,
        at=event.at,
        site_id=site.id,
        site_name=site.name,
        rotation_id=rotation,
        step=step,
        text=f"{text}{parted}{rest}",
    )


def of_end(ended: EndedRotation) -> Notice:
    """The notice of the end of a rotation, however it ended."""
    status = ended.outcome.value if ended.outcome is not None else _FROM_OUTSIDE
    return Notice(
        key=f"ended/{ended.id}",
        kind=NoticeKind.ROTATION_ENDED,
        at=ended.at,
        site_id=ended.site.id,
        site_name=ended.site.name,
        rotation_id=ended.id,
        subject=ended.outcome.value if ended.outcome is not None else "",
        waits=end(Situation(status=status, purpose=ended.purpose, now=ended.at)),
        figures=ended.figures,
    )
