"""Many simulated rotations in one report: distributions, the worst runs, and the seed that brings each back."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from rotation.values import Value
from simulation.drawing import Faults
from simulation.record import Record
from simulation.synthetic import Size

_Measure = TypeVar("_Measure", int, timedelta)
_WORST = 5


class Spread(Value, Generic[_Measure]):
    """How a measure is spread over the runs. Each is one that really occurred."""

    least: _Measure
    median: _Measure
    most_of_95: _Measure
    """What 95 of 100 runs do not exceed."""
    most: _Measure


class Report(Value):
    """What would happen to a site. Without any figure of the machine that played it."""

    size: Size
    faults: Faults
    runs: int
    outcomes: dict[str, int]
    lost: Spread[int]
    """Clients that lost the site, whatever cut them off."""
    lost_by_the_rotation: int
    """Of all runs together: those that no excuse covers. The promise is none."""
    duration: Spread[timedelta]
    exposure: Spread[timedelta]
    worst: tuple[Record, ...]
    """The runs that lost most, each with its seed; then those of the longest exposure."""


def report(size: Size, faults: Faults, records: Sequence[Record]) -> Report:
    """The report of `records`, of which there is one at least."""
    ranked = sorted(records, key=lambda each: (-len(each.lost), -each.exposure, each.seed))
    return Report(
        size=size,
        faults=faults,
        runs=len(records),
        outcomes=dict(sorted(Counter(each.outcome for each in records).items())),
        lost=_spread(records, lambda each: len(each.lost)),
        lost_by_the_rotation=sum(not lost.excuse for each in records for lost in each.lost),
        duration=_spread(records, lambda each: each.duration),
        exposure=_spread(records, lambda each: each.exposure),
        worst=tuple(ranked[:_WORST]),
    )


def _spread(records: Sequence[Record], measure: Callable[[Record], _Measure]) -> Spread[_Measure]:
    values = sorted(map(measure, records))
    last = len(values) - 1
    return Spread(
        least=values[0],
        median=values[last // 2],
        most_of_95=values[-(-last * 95 // 100)],
        most=values[last],
    )
