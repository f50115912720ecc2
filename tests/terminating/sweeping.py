"""The sweep: undisturbed procedures find the points, and lanes live each of them."""

import asyncio
import gc
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random
from typing import NamedTuple

from tests.proof.lanes import Lanes
from tests.proof.temporal.skipping import skipping_server
from tests.terminating.ending import Run, in_process, on_temporal
from tests.terminating.lives import LifeResult, live
from tests.terminating.passages import Passage, chosen
from tests.terminating.procedures import PROCEDURES
from tests.terminating.report import Life

_EAGER = "system.enableActivityEagerExecution=true"
_ANOTHER = 3


class Job(NamedTuple):
    """A life to be lived."""

    procedure: str
    at: tuple[int, ...]
    label: str


@dataclass
class Sweep:
    """What to sweep."""

    names: Sequence[str]
    every: int = 1
    """Only each so many points are taken."""
    temporal: int = 10
    """One of so many goes through the real Temporal too; 0: none does."""
    in_process: bool = True
    """Whether all are lived in process; else those through Temporal only."""
    left: Counter[str] = field(default_factory=Counter)
    """By procedure, how many lives are not lived yet."""

    def __call__(self, lanes: int, until: float) -> Iterator[Life]:
        """Every life, as it comes; none is begun after `until` (monotonic clock)."""
        with Lanes(lanes) as opened:
            jobs = [job for some in opened.play(self.names, until, find) for job in some][:: self.every]
            again = Random(len(jobs)).sample(jobs, len(jobs) // self.temporal) if self.temporal else []
            ways = ((lived, jobs if self.in_process else []), (lived_durably, again))
            self.left.update(job.procedure for _, wanted in ways for job in wanted)
            for way, wanted in ways:
                for life in (life for some in opened.play(wanted, until, way) for life in some):
                    self.left[life.procedure] -= 1
                    yield life


def find(names: Sequence[str], _until: float) -> list[Job]:
    """The points of procedures, and those of the way out behind one of them."""
    return [job for name in names for job in asyncio.run(_find(name))]


async def _find(name: str) -> list[Job]:
    passed = await undisturbed(name)
    return [*points_of(name, passed), *await points_behind(name, behind_a_swap(passed))]


async def undisturbed(name: str) -> Sequence[Passage]:
    """What a procedure passes when it is not terminated."""
    return (await live(PROCEDURES[name], in_process, (), again=False)).passed.passed


def points_of(name: str, passed: Sequence[Passage]) -> list[Job]:
    """The points of a procedure that passes this."""
    return [Job(name, (each.number,), str(each)) for each in chosen(passed)]


async def points_behind(name: str, behind: Passage) -> list[Job]:
    """The points of the way out behind one of them; none where there is nothing to be put back."""
    result = await live(PROCEDURES[name], in_process, (behind.number,), again=False)
    passed = result.passed.passed if result.answers["restore"] or result.answers["recover"] else ()
    return [Job(name, (behind.number, each.number), f"behind {behind}, {each}") for each in chosen(passed)]


def behind_a_swap(passed: Sequence[Passage]) -> Passage:
    """The first reading of a gate behind a replacement; where there is none, what lies in the middle."""
    swaps = [each.number for each in passed if each.what == "move_task done" and each.step.endswith(("-A9", "-B2"))]
    readings = [each for each in passed if swaps and each.what == "read_gate" and each.number > swaps[0]]
    return readings[0] if readings else passed[len(passed) // 2]


def lived(jobs: Sequence[Job], until: float) -> list[Life]:
    """Live each on simulated time, with another rotation at its end."""
    lives = [asyncio.run(lived_one(job, in_process)) for job in takewhile(lambda _: time.monotonic() < until, jobs)]
    gc.collect()
    return lives


def lived_durably(jobs: Sequence[Job], until: float) -> list[Life]:
    """Live each on a real Temporal; with another rotation at the end of one in three, which costs as much again."""
    lives = asyncio.run(_durably(jobs, until))
    gc.collect()
    return lives


async def _durably(jobs: Sequence[Job], until: float) -> list[Life]:
    async with skipping_server(_EAGER) as env:
        run = on_temporal(env.client)
        begun = takewhile(lambda _: time.monotonic() < until, jobs)
        return [await lived_one(job, run, again=not sum(job.at) % _ANOTHER) for job in begun]


async def lived_one(job: Job, run: Run, *, again: bool = True) -> Life:
    """One life, whatever comes of it."""
    try:
        result = await live(PROCEDURES[job.procedure], run, job.at, again=again)
    except Exception as error:  # noqa: BLE001 - a life that breaks is a result, and the sweep goes on
        last = traceback.extract_tb(error.__traceback__)[-1]
        result = LifeResult(problems=[f"{type(error).__name__} at {last.name}: {error}"])
    return Life(
        procedure=job.procedure,
        at=job.at,
        label=job.label,
        step=result.hit.step if result.hit is not None else "",
        temporal=run is not in_process,
        problems=tuple(result.problems),
        answers=dict(result.answers),
        asked=dict(result.asked),
    )
