"""What is simulated: a site by its size, or the site of a registered plan."""

from collections.abc import Callable
from dataclasses import dataclass

from rotation.plan.plan import Plan
from rotation.plan.plan_with_site import SurveyedPlan
from simulation.drawn.faults import Faults
from simulation.drawn.of_plan import of_plan
from simulation.drawn.scenario import Scenario
from simulation.drawn.synthetic import Size, of_size
from simulation.judged.report import PlayedPlan


@dataclass(frozen=True)
class Subject:
    """A site that can be played with any seed."""

    described: Size | PlayedPlan
    scenario: Callable[[int, Faults], Scenario]
    """The scenario of a seed."""
    approved: Plan | None = None
    """The plan that is played, where it is one of a registered site."""


def by_size(size: Size) -> Subject:
    """A synthetic site."""
    return Subject(described=size, scenario=lambda seed, faults: of_size(size, seed, faults))


def by_plan(surveyed: SurveyedPlan, most: int) -> Subject:
    """The site of a plan; `most` is how many clients were asked for."""
    return Subject(
        described=PlayedPlan.of(surveyed, most),
        scenario=lambda seed, faults: of_plan(surveyed, seed, faults),
        approved=surveyed.plan,
    )
