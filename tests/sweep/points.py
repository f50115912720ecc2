"""Points at which something may die: what running processes pass, and which of these places are touched in a sweep.

No list names them: instrumented processes report every place they pass (`checkpoint`), and of each kind of place the
first and the last that an undisturbed rotation passed are points.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Self

BEFORE, AFTER = "before", "after"


class Victim(StrEnum):
    """What is killed with -9."""

    WORKER = "worker"
    TEMPORAL = "temporal"
    SEPM = "sepm"
    """The TLS front of the emulated SEPM: connections are reset, the site's state is kept."""
    API = "api"
    MACHINE = "machine"
    """Worker, API and Temporal at once, as where their machine loses its power."""


@dataclass(frozen=True)
class Place:
    """A kind of place: before or after an effect of a kind of activity, or of the activity as a whole."""

    process: str
    """worker, api or sepm."""
    kind: str
    """An activity with what its request chooses, or a call of the API or of SEPM's REST service."""
    effect: str
    """`commit Events.append`, `rest PATCH ...`, `rpc start_workflow ...`; empty for the whole."""
    side: str

    @property
    def victims(self) -> tuple[Victim, ...]:
        """What to kill there. Temporal's death has an effect where a message is on its way from or to it."""
        match self.process:
            case "worker":
                inside = self.effect.startswith(("commit", "rest"))
                return (Victim.WORKER, *(() if inside else (Victim.TEMPORAL,)), Victim.MACHINE)
            case "api":
                return (Victim.API, *((Victim.TEMPORAL,) if self.effect.startswith("rpc") else ()), Victim.MACHINE)
            case _:
                # a read that was not carried out is no other than one whose answer was lost
                return () if self.kind.startswith("GET ") and self.side == BEFORE else (Victim.SEPM,)


@dataclass(frozen=True)
class Passing:
    """A place as a process passes it. The process waits meanwhile."""

    place: Place
    pid: int
    """Of the process that would be killed there."""
    number: int
    """How often its execution has passed the place, from 1."""
    step: str = ""
    """The step that the process reports, where it reports one."""
    execution: int = 0
    """The number of that execution within its process."""


@dataclass(frozen=True)
class Point:
    """One place of one occurrence, with its victim, in a procedure."""

    procedure: str
    victim: Victim
    place: Place
    step: str
    number: int

    def __str__(self) -> str:
        place = self.place
        what = f"{place.process}: {place.kind}{f' > {place.effect}' if place.effect else ''}"
        return f"{self.procedure} | {self.victim} | {what} | {place.side} | {self.step} | {self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The point that is written so."""
        procedure, victim, what, side, step, number = text.split(" | ")
        process, _, kind = what.partition(": ")
        kind, _, effect = kind.partition(" > ")
        return cls(procedure, Victim(victim), Place(process, kind, effect, side), step, int(number))

    def is_at(self, passing: Passing, step: str) -> bool:
        """Whether a process that passes there, in that step, is at this point."""
        return (self.place, self.step, self.number) == (passing.place, step, passing.number)


@dataclass
class Watch:
    """Sees every passing, in order, and chooses what is killed there. This class only records them."""

    step: str = "start"
    seen: list[tuple[Passing, str]] = field(default_factory=list)
    since: int = 0
    """How many were seen before the procedure itself began."""
    called_in: dict[tuple[int, int], str] = field(default_factory=dict)
    """The step in which each call of the API came: before it is answered the rotation may have gone on, or not."""

    def passed(self, passing: Passing) -> Point | None:
        """Record that a process passes a place; the point at which it is now, if something is to be killed there."""
        self.step = passing.step or self.step
        step = self.step
        if passing.place.process == "api":
            step = self.called_in.setdefault((passing.pid, passing.execution), step)
        self.seen.append((passing, step))
        return self.choose(passing, step)

    def choose(self, _passing: Passing, _step: str) -> Point | None:
        """The point at which something is to be killed there, in that step; here none."""
        return None

    def begin(self) -> None:
        """What is passed from now on belongs to the procedure."""
        self.since = len(self.seen)


@dataclass
class Aim(Watch):
    """Kills once at each of some points."""

    left: list[Point] = field(default_factory=list)
    hit: list[Point] = field(default_factory=list)

    def choose(self, passing: Passing, step: str) -> Point | None:
        """The first of the points that is here."""
        for point in self.left:
            if point.is_at(passing, step):
                self.left.remove(point)
                self.hit.append(point)
                return point
        return None


@dataclass
class Sample(Watch):
    """Kills at a few points that a seed draws while a rotation passes them, from its plan on, whatever their kinds."""

    procedure: str = ""
    seed: int = 0
    most: int = 3
    hit: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._known: set[tuple[Place, str]] = set()
        self._wait = self._random.randint(1, 60)

    def choose(self, passing: Passing, step: str) -> Point | None:
        """Some places apart from the last one; what a step passes again is no place more."""
        here = (passing.place, step)
        if here in self._known or not passing.place.victims:
            return None
        self._known.add(here)
        self._wait -= 1
        if self._wait > 0 or len(self.hit) >= self.most:
            return None
        self._wait = self._random.randint(10, 70)
        victim = self._random.choice(passing.place.victims)
        point = Point(self.procedure, victim, passing.place, step, passing.number)
        self.hit.append(point)
        return point


def points(procedure: str, watch: Watch) -> tuple[Point, ...]:
    """Every point of a procedure that `watch` has seen undisturbed: of each kind of place the first and the last."""
    kinds: dict[Place, list[tuple[int, str]]] = defaultdict(list)
    for passing, step in watch.seen[watch.since :]:
        kinds[passing.place].append((passing.number, step))
    return tuple(
        Point(procedure, victim, place, step, number)
        for place, passings in kinds.items()
        for number, step in dict.fromkeys((passings[0], passings[-1]))
        for victim in place.victims
    )


def batches(chosen: Sequence[Point], most: int) -> Iterator[tuple[Point, ...]]:
    """Points that one rotation can have one after the other: of one procedure, one victim.

    A death makes its activity begin again, and then it may find less to do. So within one step an activity dies a few
    times only, and only one of these deaths is at a later pass than the first.
    """
    by_victim: dict[tuple[str, Victim], list[Point]] = defaultdict(list)
    for point in chosen:
        by_victim[point.procedure, point.victim].append(point)
    for alike in by_victim.values():
        made: list[list[Point]] = []
        for point in alike:
            for batch in made:
                if len(batch) < most and _goes_with(point, batch):
                    batch.append(point)
                    break
            else:
                made.append([point])
        yield from map(tuple, made)


_TOGETHER = 3


def _goes_with(point: Point, batch: Iterable[Point]) -> bool:
    here = [each for each in batch if (each.step, each.place.kind) == (point.step, point.place.kind)]
    return not here or (len(here) < _TOGETHER and all(each.number == 1 for each in (point, *here)))


def kind_of_path(path: str) -> str:
    """A path without what it names: `/v1/rotations/rot-1/cancel` is `/v1/rotations/*/cancel`."""
    hidden = re.sub(r"[0-9A-F]{32}", "*", path)
    return re.sub(r"^(/v1/[a-z-]+/)(?!self-signed)[^/]+", r"\1*", hidden)
