"""What has begun to wait for a person, and what is over, since the last look."""

from collections.abc import Collection, Iterable
from datetime import datetime

from rotation.notice.matter import Matter, StandingMatter
from rotation.notice.notice import Notice, NoticeKind
from rotation.values import RotationId, Value

_ENDS_SILENTLY = frozenset({NoticeKind.TASK_OPENED})
"""That a task was claimed or done is no call for a person."""


class Changes(Value):
    """Matters that begin and end, and the notices of both."""

    begun: tuple[StandingMatter, ...] = ()
    over: tuple[StandingMatter, ...] = ()
    notices: tuple[Notice, ...] = ()


def changes(
    standing: Collection[StandingMatter],
    now: Iterable[Matter],
    at: datetime,
    *,
    uncertain: Collection[RotationId] = (),
) -> Changes:
    """Hold what stood before against what stands now.

    Another question about the same takes the place of the first one: only the new one is reported.

    Args:
        standing: what stood at the last look.
        now: what stands.
        at: the time.
        uncertain: rotations whose attention is not known now: what of it is missing from `now` may still stand.
    """
    stands = {matter.key: matter for matter in now}
    topics = {matter.topic for matter in stands.values()}
    known = {each.matter.key for each in standing}
    begun = tuple(StandingMatter(matter=each, since=at) for key, each in stands.items() if key not in known)
    over = tuple(each for each in standing if each.matter.key not in stands and not _may_stand(each.matter, uncertain))
    ended = [each for each in over if each.matter.kind not in _ENDS_SILENTLY and each.matter.topic not in topics]
    notices = (*(each.over(at) for each in ended), *(each.raised() for each in begun))
    return Changes(begun=begun, over=over, notices=notices)


def _may_stand(matter: Matter, uncertain: Collection[RotationId]) -> bool:
    """Whether a matter may still stand though it was not seen; tasks are always known."""
    return matter.rotation_id in uncertain and matter.task_id is None
