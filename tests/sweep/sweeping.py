"""The sweep: undisturbed runs find the points, lanes take them batch by batch, and what fails is narrowed down."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.sweep.lanes import Lane, lane
from tests.sweep.points import Point, Victim, batches, points
from tests.sweep.runs import Recording, Result, SweepFailedError, record, run

MOST = 24
"""How many deaths one rotation is put through."""
_TRIES = 5
"""How often a point is tried that is not passed."""


@dataclass(frozen=True)
class Failure:
    """Deaths after which something was not as it must be; no smaller set of them was seen to do it."""

    points: tuple[Point, ...]
    problems: tuple[str, ...]


@dataclass
class Tally:
    """What came of everything so far."""

    found: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    """The points of each procedure."""
    undisturbed: dict[str, float] = field(default_factory=dict)
    """The seconds that each takes without deaths."""
    died: list[Point] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    moved: list[Point] = field(default_factory=list)
    """Points that the first run alone had: later ones passed such a place elsewhere, and were swept there."""
    runs: int = 0
    put_off: int = 0
    """How often Temporal put an end of a history off, since a message had just come."""
    seconds: float = 0


@dataclass
class Sweep:
    """What to sweep, and on how many lanes."""

    folder: Path
    procedures: Sequence[str]
    lanes: int = 2
    victims: frozenset[Victim] = frozenset(Victim)
    only: Sequence[Point] = ()
    """These points, in one run; else all that are found."""
    tell: Callable[[str], None] = print
    tally: Tally = field(default_factory=Tally)
    _recordings: dict[str, Recording] = field(default_factory=dict)
    _waiting: deque[tuple[Point, ...]] = field(default_factory=deque)
    _failed: list[Failure] = field(default_factory=list)
    _tries: Counter[Point] = field(default_factory=Counter)

    async def __call__(self) -> Tally:
        """Sweep.

        Raises:
            SweepFailedError: when a procedure does not even end well undisturbed.
        """
        began = time.monotonic()
        async with lanes(self.folder, self.lanes) as opened:
            self._say(f"{len(opened)} lanes are up after {time.monotonic() - began:.0f} s, in {self.folder}")
            left = deque(self.procedures)
            await _all(self._record(each, left) for each in opened)
            chosen = tuple(self._choose())
            self._waiting.extend([tuple(self.only)] if self.only else batches(chosen, MOST))
            self._say(f"{len(chosen)} points in {len(self._waiting)} runs")
            await _all(self._work(each) for each in opened)
        # what failed together and in none of its parts
        self.tally.failures += self._failed
        self.tally.seconds = time.monotonic() - began
        return self.tally

    async def _record(self, here: Lane, left: deque[str]) -> None:
        while left:
            name = left.popleft()
            recording = self._recordings[name] = await record(here, name)
            self.tally.runs += 1
            self.tally.found[name] = expect_all_victims(name, points(name, recording.watch))
            self.tally.undisturbed[name] = recording.seconds
            self._say(f"{name} undisturbed: {recording.seconds:.0f} s, {len(self.tally.found[name])} points")

    def _choose(self) -> Iterable[Point]:
        if self.only:
            return self.only
        return (point for name in self.procedures for point in self.tally.found[name] if point.victim in self.victims)

    async def _work(self, here: Lane) -> None:
        while self._waiting:
            batch = self._waiting.popleft()
            result = await run(here, batch, self._recordings[batch[0].procedure].story)
            self.tally.runs += 1
            self._take(batch, result)

    def _take(self, batch: tuple[Point, ...], result: Result) -> None:
        """Note what died, and narrow down what went wrong or was not passed."""
        self.tally.put_off += result.put_off
        bad = " and ".join(
            [
                *(["NOT as it must be"] * bool(result.problems)),
                *([f"{len(result.missed)} missed"] * bool(result.missed)),
            ]
        )
        first = batch[0]
        self._say(
            f"{first.procedure} {first.victim}: {len(result.died)} deaths, {result.seconds:.0f} s, {bad or 'well'}"
        )
        for problem in result.problems:
            self._say(f"    {problem}")
        if not result.problems:
            self.tally.died += result.died
            self._again(result)
        elif len(batch) > 1:
            self._failed.append(Failure(batch, result.problems))
            half = (len(batch) + 1) // 2
            self._waiting.extendleft([batch[half:], batch[:half]])
        else:
            self.tally.died += result.died
            self._blame(batch[0], result.problems)

    def _again(self, result: Result) -> None:
        """What a run did not pass, because of the other deaths or by chance, is tried alone."""
        for point in result.missed:
            self._tries[point] += 1
            if self._tries[point] < _TRIES:
                self._waiting.append((point,))
            else:
                self._move(point, result.passed)

    def _move(self, point: Point, passed: tuple[Point, ...]) -> None:
        """Which reading is the first or the last to do something may be chance: take those of the last run instead."""
        kind = (point.procedure, point.place, point.victim)
        there = [each for each in passed if (each.procedure, each.place, each.victim) == kind]
        swept = any((each.procedure, each.place, each.victim) == kind for each in self.tally.died)
        if not there and not swept:
            self.tally.failures.append(Failure((point,), ("it is not passed any more, nor is any other of its kind",)))
            return
        self.tally.moved.append(point)
        others = tuple(each for each in self.tally.found[point.procedure] if each != point)
        new = tuple(each for each in there if each not in others and each not in self.tally.moved)
        self.tally.found[point.procedure] = (*others, *new)
        self._waiting.extend((each,) for each in new)

    def _blame(self, point: Point, problems: tuple[str, ...]) -> None:
        """It was this one: the larger sets that hold it are explained."""
        self._failed = [failure for failure in self._failed if point not in failure.points]
        self.tally.failures.append(Failure((point,), problems))

    def _say(self, text: str) -> None:
        self.tell(f"{datetime.now().astimezone():%H:%M:%S}  {text}")


def expect_all_victims(procedure: str, found: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points that were found: each victim has some, or else its processes do not report where they are.

    Raises:
        SweepFailedError: when a victim has none: a sweep without it would show nothing of it.
    """
    if missing := {each.value for each in Victim} - {point.victim.value for point in found}:
        raise SweepFailedError(f"{procedure} has no point of {', '.join(sorted(missing))}")
    return found


@asynccontextmanager
async def lanes(folder: Path, count: int) -> AsyncIterator[list[Lane]]:
    """So many lanes, each in a folder of its own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(lane(folder / f"lane-{number}")) for number in range(1, count + 1)]


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)
