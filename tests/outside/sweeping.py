"""The sweep: a drawn share of the steps of undisturbed procedures, and lanes that live each of these points."""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from tests.outside.cancelling import cancelled_in_process, cancelled_on_temporal
from tests.outside.drawing import ReachedSteps, Way, by_step, drawn
from tests.outside.resetting import reset_on_temporal
from tests.proof.lanes import Lanes
from tests.proof.temporal.skipping import skipping_server
from tests.terminating.ending import Run
from tests.terminating.passages import Passage
from tests.terminating.report import Life
from tests.terminating.sweeping import Job, lived_one, undisturbed

_EAGER = "system.enableActivityEagerExecution=true"
_ANOTHER = 3
"""Through Temporal, one in so many has another rotation at its end, which costs as much again."""


class OutsideJob(NamedTuple):
    """A life to be lived."""

    way: Way
    job: Job


@dataclass
class Sweep:
    """What to sweep."""

    names: Sequence[str]
    seed: str
    shares: dict[Way, int]
    """By way, one of so many steps is drawn; 0: none."""
    left: Counter[str] = field(default_factory=Counter)
    """By way, how many lives are not lived yet."""
    reached: dict[Way, ReachedSteps] = field(default_factory=dict)

    def __call__(self, lanes: int, until: float) -> Iterator[tuple[Way, Life]]:
        """Every life, as it comes; none is begun after `until` (monotonic clock)."""
        with Lanes(lanes) as opened:
            passed = dict(each for some in opened.play(self.names, until, find) for each in some)
            jobs = [each for way, share in self.shares.items() if share for each in self._drawn(way, share, passed)]
            self.left.update(each.way for each in jobs)
            steps = {name: len(by_step(passed[name])) for name in self.names}
            self.reached = {way: ReachedSteps(steps, share) for way, share in self.shares.items() if share}
            for some in opened.play(jobs, until, lived):
                for way, life in some:
                    self.left[way] -= 1
                    self.reached[way].add(life)
                    yield way, life

    def _drawn(self, way: Way, share: int, passed: dict[str, Sequence[Passage]]) -> list[OutsideJob]:
        return [OutsideJob(way, job) for name in self.names for job in drawn(way, name, passed[name], share, self.seed)]


def find(names: Sequence[str], _until: float) -> list[tuple[str, Sequence[Passage]]]:
    """What procedures pass."""
    return [(name, asyncio.run(undisturbed(name))) for name in names]


def lived(jobs: Sequence[OutsideJob], until: float) -> list[tuple[Way, Life]]:
    """Live each."""
    lives = asyncio.run(_lived(jobs, until))
    gc.collect()
    return lives


async def _lived(jobs: Sequence[OutsideJob], until: float) -> list[tuple[Way, Life]]:
    begun = takewhile(lambda _: time.monotonic() < until, jobs)
    if all(each.way is Way.CANCEL for each in jobs):
        return [(way, await _live(job, cancelled_in_process, temporal=False)) for way, job in begun]
    async with skipping_server(_EAGER) as env:
        found, lives = Counter[str](), []
        runs: dict[Way, Run] = {
            Way.CANCEL: cancelled_in_process,
            Way.CANCEL_ON_TEMPORAL: cancelled_on_temporal(env.client),
            Way.RESET: reset_on_temporal(env.client, found),
        }
        for way, job in begun:
            again = way is Way.CANCEL or not sum(job.at) % _ANOTHER
            life = await _live(job, runs[way], again=again, temporal=way is not Way.CANCEL)
            lives.append((way, life.model_copy(update={"answers": {**life.answers, **found}})))
            found.clear()
        return lives


async def _live(job: Job, run: Run, *, temporal: bool, again: bool = True) -> Life:
    return (await lived_one(job, run, again=again)).model_copy(update={"temporal": temporal})
