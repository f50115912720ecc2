"""The curve of a gate: what is drawn of its readings, and that the page of a rotation has it beside a table."""

from datetime import UTC, datetime, timedelta

import pytest

from api.pages.rotation.coverage_curve import HEIGHT, WIDTH, drawn
from store.rotation.coverage import CoveragePoint
from tests.api.pages.conftest import CZECH

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def point(hours: float, proven: int, total: int = 10, left_out: int = 0) -> CoveragePoint:
    """A reading so long after the gate has opened."""
    waiting = total - proven - left_out
    return CoveragePoint(taken_at=T0 + hours * HOUR, total=total, proven=proven, waiting=waiting, left_out=left_out)


def test_what_was_counted_holds_until_the_next_reading():
    """The line goes in steps, from the gate's opening to its minimum; all that is needed is at the top."""
    curve = drawn("A8", [point(0, 0), point(1, 5)], opened=T0, minimum=T0 + 2 * HOUR, limit=None)
    assert curve.line == "0,200 300,200 300,100"
    assert (curve.needed, curve.needed_y, curve.minimum_x) == (10, 0, WIDTH)
    assert [each.proven for each in curve.rows] == [5, 0]


def test_clients_that_are_left_out_are_not_needed():
    """The line of what is needed lies below the top by them."""
    curve = drawn("A8", [point(1, 8, left_out=2)], opened=T0, minimum=None, limit=None)
    assert (curve.needed, curve.needed_y, curve.proven) == (8, HEIGHT * 0.2, 8)


def test_a_far_limit_is_drawn_when_it_is_near():
    """At first it would press the curve to the edge; from the half on it is drawn."""
    limit = T0 + 100 * HOUR
    early = drawn("A8", [point(1, 1)], opened=T0, minimum=T0 + HOUR, limit=limit)
    late = drawn("A8", [point(1, 1), point(60, 2)], opened=T0, minimum=T0 + HOUR, limit=limit)
    assert (early.limit_x, early.limit, early.ends) == (None, limit, T0 + HOUR)
    assert (late.limit_x, late.minimum_x, late.ends) == (WIDTH, 6.0, limit)


def test_one_reading_at_once_and_none_of_anything():
    """A gate that was read in the moment of its opening, of a site without clients."""
    curve = drawn("A8", [point(0, 0, total=0)], opened=T0, minimum=None, limit=None)
    assert curve.line == "0,200"
    assert (curve.needed, curve.needed_y) == (0, HEIGHT)


def test_the_table_is_short():
    """Of many readings it has some, the newest among them."""
    points = [point(hours, min(10, hours)) for hours in range(301)]
    curve = drawn("A8", points, opened=T0, minimum=None, limit=None)
    assert len(curve.rows) <= 40
    assert curve.rows[0] == points[-1]
    assert curve.line.count(" ") == 2 * 300


def test_the_drawing_stays_small():
    """A gate that is read each minute for a week: some corners, the first and the newest reading among them."""
    points = [point(number / 60, number // 60, total=168) for number in range(168 * 60)]
    curve = drawn("A8", points, opened=T0, minimum=None, limit=None)
    assert curve.line.count(" ") <= 2 * 400
    assert len(curve.line) < 12_000
    assert curve.line.endswith(f" {WIDTH},1.2")
    assert float(curve.line.partition(",")[0]) < 2


@pytest.mark.usefixtures("rotating")
async def test_the_page_shows_it_in_both_languages(reader, store):
    """Where a gate was read; a rotation without a reading has no curve."""
    assert "<svg" not in (await reader.get("/rotations/rot-1")).text
    await store.coverage.note_reading("rot-1", "05-A8", point(1, 4))
    page = (await reader.get("/rotations/rot-1")).text
    assert '<polyline class="proven" points="' in page
    assert "4 of 10 clients are proven" in page
    assert "1 reading as a table" in page
    assert "style=" not in page
    assert "Prokázáno je 4 z 10" in (await reader.get("/rotations/rot-1", headers=CZECH)).text
