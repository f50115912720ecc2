"""Many simulated rotations in one report: distributions, the worst runs, and the command that brings each back."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from rotation.finding import Finding
from rotation.plan.plan_with_site import SurveyedPlan
from rotation.span import Length
from rotation.values import PlanId, SiteId, Value
from simulation.drawn.faults import Faults
from simulation.drawn.likeness import steps_digest
from simulation.drawn.synthetic import Size
from simulation.judged.record import RunRecord

_Measure = TypeVar("_Measure", int, timedelta)
_WORST = 5


class Spread(Value, Generic[_Measure]):
    """How a measure is spread over the runs. Each is one that really occurred."""

    least: _Measure
    median: _Measure
    most_of_95: _Measure
    """What 95 of 100 runs do not exceed."""
    most: _Measure


class PlayedPlan(Value):
    """Which plan was played."""

    id: PlanId
    hash: str
    steps_sha256: str
    """What its steps come to, certificates aside: a run with another digest has run other steps."""
    site_id: SiteId
    site: str
    clients_of_site: int
    played: int
    """How many of them are in each run: all, or a sample with each kind's share."""
    most: int
    """How many could have been played, as was asked."""
    vanished: int
    """Clients that SEPM does not list any more: not played."""

    @classmethod
    def of(cls, surveyed: SurveyedPlan, most: int) -> "PlayedPlan":
        """What a report says of a plan."""
        return cls(
            id=surveyed.plan.id,
            hash=surveyed.plan.hash,
            steps_sha256=steps_digest(surveyed.plan.body),
            site_id=surveyed.site.id,
            site=surveyed.site.name,
            clients_of_site=surveyed.clients_of_site,
            played=len(surveyed.clients),
            most=most,
            vanished=surveyed.vanished,
        )

    @property
    def options(self) -> str:
        """What names it on the command line."""
        return f"--plan {self.id} --clients {self.most}"


class Difference(Value):
    """How plans that were played differ from the approved one."""

    finding: Finding
    runs: int


class Report(Value):
    """What would happen to a site. Without any figure of the machine that played it."""

    played: Size | PlayedPlan
    faults: Faults
    runs: int
    outcomes: dict[str, int]
    lost: Spread[int]
    """Clients that lost the site, whatever cut them off."""
    lost_by_the_rotation: int
    """Of all runs together: those that no excuse covers. The promise is none."""
    left_out: Spread[int]
    """Clients that a person left out by name, in the plan or because a gate waited for them for too long."""
    duration: Spread[Length]
    exposure: Spread[Length]
    differs: tuple[Difference, ...] = ()
    """Where the planner made another plan from a simulated survey than the one that a person has approved."""
    worst: tuple[RunRecord, ...]
    """The runs that lost most, each with its seed; then those of the longest exposure."""
    again: dict[int, str]
    """By seed, the command that plays each of the worst runs once more."""


def report(played: Size | PlayedPlan, faults: Faults, records: Sequence[RunRecord]) -> Report:
    """The report of `records`, of which there is one at least."""
    ranked = sorted(records, key=lambda each: (-len(each.lost), -each.exposure, each.seed))
    worst = tuple(ranked[:_WORST])
    return Report(
        played=played,
        faults=faults,
        runs=len(records),
        outcomes=dict(sorted(Counter(each.outcome for each in records).items())),
        lost=_spread(records, lambda each: len(each.lost)),
        lost_by_the_rotation=sum(not lost.exemption for each in records for lost in each.lost),
        left_out=_spread(records, lambda each: each.left_out),
        duration=_spread(records, lambda each: each.duration),
        exposure=_spread(records, lambda each: each.exposure),
        differs=tuple(
            Difference(finding=finding, runs=count)
            for finding, count in Counter(found for each in records for found in dict.fromkeys(each.differs)).items()
        ),
        worst=worst,
        again={
            each.seed: f"rotator simulate {played.options} --faults {faults.value} --seed {each.seed}" for each in worst
        },
    )


def _spread(records: Sequence[RunRecord], measure: Callable[[RunRecord], _Measure]) -> Spread[_Measure]:
    values = sorted(map(measure, records))
    last = len(values) - 1
    return Spread(
        least=values[0],
        median=values[last // 2],
        most_of_95=values[-(-last * 95 // 100)],
        most=values[last],
    )
