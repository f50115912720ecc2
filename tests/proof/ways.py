"""The ways out that a proof must have taken through the real Temporal too, and what is known to take them."""

from collections.abc import Iterator
from enum import StrEnum

from rotation.plan.work.task import ReplaceCertificate, TaskState
from rotation.running.state import Outcome
from simulation.drawn.scenario import Scenario
from simulation.judged.facts import Facts
from tests.proof import seeds
from tests.simulation.administration_holes import HOLES

_REFUSAL = frozenset({"refusing", "signs-with-former-key"})
"""Attention that tells of clients that refuse what a replaced server publishes."""
_UNDONE = frozenset({TaskState.REFUSED, TaskState.WITHDRAWN})


class Way(StrEnum):
    """What a rotation has come through."""

    REFUSAL = "a roll-back after refusal"
    CLAIM = "a withdrawn claim"
    CUT = "a drill cut by a crash of the worker"


def ways(facts: Facts) -> Iterator[Way]:
    """Those that a rotation has taken, as its facts show: a crash is in none of them."""
    if facts.outcome is Outcome.ROLLED_BACK and facts.shown & _REFUSAL:
        yield Way.REFUSAL
    if any(
        isinstance(task.work, ReplaceCertificate) and task.claimed_by and task.state in _UNDONE for task in facts.tasks
    ):
        yield Way.CLAIM


_REFUSED = -1
"""No seed: clients reject what a server signs with its former key. One in four hundred drawn sites comes to that."""
_REFUSING = "the dates of stale signatures look new (stay_and_report)"

KNOWN = {Way.REFUSAL: _REFUSED, Way.CLAIM: 200_005, Way.CUT: 200_052}
"""By way the number of a scenario that takes it, so that each is there always; of the last one the worker is cut."""


def scenario(number: int) -> Scenario:
    """The scenario of a seed of the proof, or the known one that stands beside the seeds."""
    if number != _REFUSED:
        return seeds.scenario(number)
    known = next(each for each in HOLES if each.name == _REFUSING)
    return known.scenario.model_copy(update={"seed": _REFUSED})
