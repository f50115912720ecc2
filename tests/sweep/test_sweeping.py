"""What a sweep does with points that its runs do not pass."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.sweep.points import Place, Point, Victim
from tests.sweep.runs import Result, SweepFailedError
from tests.sweep.sweeping import Sweep, expect_all_victims

SAVE = Place("worker", "read_gate", "commit References.save", "after")


def at(step: str) -> Point:
    """A point of that kind in that step."""
    return Point("list-a", Victim.WORKER, SAVE, step, 1)


def missing(point: Point, passed: tuple[Point, ...], died: Iterable[Point] = ()) -> Sweep:
    """A sweep none of whose runs passes `point`; they pass others, and at some a victim has died."""
    sweep = Sweep(Path(), ["list-a"], tell=lambda _: None)
    sweep.tally.died += died
    sweep.tally.found["list-a"] = (at("A8"), point)
    result = Result(died=(), missed=(point,), problems=(), seconds=1, passed=passed)
    sweep._take((point,), result)
    while sweep._waiting and sweep._waiting[0] == (point,):
        sweep._take(sweep._waiting.popleft(), result)
    return sweep


def test_what_is_passed_elsewhere_from_run_to_run_is_swept_there() -> None:
    """Another last occurrence takes its place; one that is swept anyway needs no other run."""
    sweep = missing(at("A10b"), (at("A8"), at("A10d")))
    assert sweep.tally.found["list-a"] == (at("A8"), at("A10d"))
    assert list(sweep._waiting) == [(at("A10d"),)]
    assert (sweep.tally.moved, sweep.tally.failures) == ([at("A10b")], [])

    sweep = missing(at("A10b"), (at("A8"),))
    assert sweep.tally.found["list-a"] == (at("A8"),)
    assert not sweep._waiting


def test_what_no_run_passes_is_a_failure() -> None:
    """A place that no run passes any more was not swept, and is reported; not where others of its kind were swept."""
    sweep = missing(at("A10b"), ())
    (failure,) = sweep.tally.failures
    assert failure.points == (at("A10b"),)
    assert not sweep.tally.moved
    sweep = missing(at("A10b"), (), died=[at("A8")])
    assert (sweep.tally.moved, sweep.tally.failures) == ([at("A10b")], [])


def test_a_victim_without_a_point_is_a_failure() -> None:
    """A sweep in which processes of a victim report no place shows nothing of it, so it does not begin."""
    found = tuple(Point("list-a", victim, SAVE, "A8", 1) for victim in Victim)
    assert expect_all_victims("list-a", found) == found
    with pytest.raises(SweepFailedError, match=r"list-a has no point of api$"):
        expect_all_victims("list-a", tuple(each for each in found if each.victim is not Victim.API))
