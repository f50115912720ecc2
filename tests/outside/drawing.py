"""Where a sweep acts: passages in a drawn share of the steps of each procedure, and how many steps that reached."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.terminating.passages import Passage
from tests.terminating.report import Life
from tests.terminating.sweeping import Job


class Way(StrEnum):
    """What is done to a rotation from outside, and where."""

    CANCEL = "cancel"
    CANCEL_ON_TEMPORAL = "cancel through Temporal"
    RESET = "reset"


def drawn(way: Way, name: str, passed: Sequence[Passage], share: int, seed: str) -> list[Job]:
    """A passage in each of one in `share` steps, rounded up: no fewer lives reach so many steps."""
    steps, chance = by_step(passed), Random(f"{seed} {name} {way}")
    found = [chance.choice(steps[step]) for step in chance.sample(sorted(steps), wanted(len(steps), share))]
    return [Job(name, (each.number,), f"{way} behind {each}") for each in sorted(found)]


def by_step(passed: Sequence[Passage]) -> dict[str, list[Passage]]:
    """What each step passes since the rotation has reported something; what lies behind the last step is in none."""
    first = next(each.number for each in passed if each.what.startswith("record_progress"))
    steps = defaultdict(list)
    for each in passed[first:]:
        if each.step:
            steps[each.step].append(each)
    return dict(steps)


def wanted(steps: int, share: int) -> int:
    """How many steps one in `share` are, rounded up."""
    return -(-steps // share)


@dataclass
class ReachedSteps:
    """The steps of procedures in which one way has acted, as the rotations themselves show it."""

    of: Mapping[str, int]
    """By procedure, how many steps it has."""
    share: int
    _hit: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, life: Life) -> None:
        """Count the step in which the rotation was."""
        if life.step:
            self._hit[life.procedure].add(life.step)

    @property
    def hit(self) -> dict[str, int]:
        """By procedure, in how many steps it was."""
        return {name: len(self._hit[name]) for name in self.of}

    @property
    def short(self) -> list[str]:
        """The procedures of which fewer steps were reached than the share asks for."""
        return [name for name, hit in self.hit.items() if hit < wanted(self.of[name], self.share)]

    def __str__(self) -> str:
        each = ", ".join(f"{name} {hit}/{self.of[name]}" for name, hit in self.hit.items())
        share = f"one in {self.share} of each procedure, or more" if not self.short else f"too few of {self.short}"
        return f"steps reached: {sum(self.hit.values())} of {sum(self.of.values())} ({share}): {each}"
