"""What readings of gates have counted, kept in order."""

from datetime import timedelta

from store.rotation.coverage import CoveragePoint

MINUTE = timedelta(minutes=1)


async def test_a_curve_has_each_reading_once(store, make):
    """In the order of their times, gate by gate; the same again changes nothing."""
    await make.rotate(store)
    points = [
        CoveragePoint(taken_at=make.t0 + number * MINUTE, total=7, proven=number, waiting=6 - number, left_out=1)
        for number in range(3)
    ]
    for point in (points[2], points[0], points[1], points[0].model_copy(update={"proven": 5})):
        await store.coverage.note_reading("rot-1", "g1", point)
    other = points[2].model_copy(update={"taken_at": make.t0 + 9 * MINUTE})
    await store.coverage.note_reading("rot-1", "g2", other)
    assert await store.coverage.curve("rot-1", "g1") == tuple(points)
    assert await store.coverage.curve("rot-1", "g2") == (other,)
    assert await store.coverage.curve("rot-1", "none") == ()
    assert await store.coverage.newest_reading("rot-1") == "g2"
    assert await store.coverage.newest_reading("none") is None
