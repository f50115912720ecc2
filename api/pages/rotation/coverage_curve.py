"""The readings of a gate as a curve: clients proven over time, how many are needed, the minimum and the limit.

The drawing has no text: what it shows stands beside it, in the reader's language and at the size of the page.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import AwareDatetime

from api.parts import Parts
from api.rotation.rotation_document import RotationShown, StepNow
from rotation.values import Value
from store.rotation.coverage import CoveragePoint

WIDTH, HEIGHT = 600, 200
"""Of the drawing, in its own units; a page gives it the room that it has."""
_ROWS = 40
"""Readings in the table; of more, the newest and some of the others."""
_CORNERS = 400
"""Readings in the drawing, likewise: a gate that is read each minute has 1,440 a day, and a page is small."""
_LEAST_SPAN = timedelta(minutes=1)


class CoverageCurve(Value):
    """A curve as it is drawn, with the readings as a table."""

    number: str = ""
    """Of the gate in the plan; a gate that is in no plan has none."""
    title: str
    begins: AwareDatetime
    ends: AwareDatetime
    line: str
    """The points of a polyline."""
    needed: int
    """Clients that must be proven: those that are not left out."""
    needed_y: float
    proven: int
    minimum: AwareDatetime | None
    minimum_x: float | None
    limit: AwareDatetime | None
    limit_x: float | None
    rows: tuple[CoveragePoint, ...]
    """The newest first."""


async def curve_of(parts: Parts, shown: RotationShown, steps: Iterable[StepNow]) -> CoverageCurve | None:
    """The curve of the gate that a rotation waits at, or waited at last; None before its first reading."""
    wait = shown.live.wait if shown.live is not None else None
    coverage = parts.store.coverage
    gate = wait.step if wait is not None else await coverage.newest_reading(shown.id)
    points = await coverage.curve(shown.id, gate) if gate is not None else ()
    if not points:
        return None
    number, title = next(
        ((step.number, step.title) for step in steps if step.id == gate), ((gate or "").partition("-")[2], "")
    )
    if wait is None:
        curve = drawn(title, points, opened=points[0].taken_at, minimum=None, limit=None)
    else:
        curve = drawn(title, points, opened=wait.opened_at, minimum=wait.due, limit=wait.limit)
    return curve.model_copy(update={"number": number})


def drawn(
    title: str, points: Sequence[CoveragePoint], *, opened: datetime, minimum: datetime | None, limit: datetime | None
) -> CoverageCurve:
    """The curve of some readings, of which there is one at least.

    It begins with the gate, and reaches to the minimum or to the newest reading; to the limit once half of the time
    until then is over, since a limit is weeks away at first, and the curve would be a line at the edge.
    """
    last = points[-1]
    ends = max([last.taken_at, opened + _LEAST_SPAN, *([minimum] if minimum is not None else [])])
    if limit is not None and ends - opened > (limit - opened) / 2:
        ends = max(ends, limit)
    begins = min(opened, points[0].taken_at)
    span, top = (ends - begins).total_seconds(), max(1, *(point.total for point in points))

    def x(at: datetime) -> float:
        return round((at - begins).total_seconds() / span * WIDTH, 1)

    def y(count: int) -> float:
        return round(HEIGHT - count / top * HEIGHT, 1)

    def within(at: datetime | None) -> float | None:
        return x(at) if at is not None and begins <= at <= ends else None

    needed = last.total - last.left_out
    return CoverageCurve(
        title=title,
        begins=begins,
        ends=ends,
        line=_steps([(x(point.taken_at), y(point.proven)) for point in reversed(_newest_first(points, _CORNERS))]),
        needed=needed,
        needed_y=y(needed),
        proven=last.proven,
        minimum=minimum,
        minimum_x=within(minimum),
        limit=limit,
        limit_x=within(limit),
        rows=_newest_first(points, _ROWS),
    )


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """What was counted holds until the next reading: between two there is no slope."""
    corners = [places[0]]
    for before, now in pairwise(places):
        corners += [(now[0], before[1]), now]
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def _newest_first(points: Sequence[CoveragePoint], most: int) -> tuple[CoveragePoint, ...]:
    every = -(-len(points) // most)
    return tuple(reversed(points))[::every]
