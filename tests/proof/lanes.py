"""Playing seeds on every core: a process for each lane, which takes the next seed when it has done with one."""

import asyncio
import gc
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import takewhile
from multiprocessing import get_context
from typing import Self, TypeVar

import structlog

from simulation.played.run import play
from tests.proof import ways
from tests.proof.beside import Beside
from tests.proof.outcome import Outcome, broken, outcome
from tests.proof.rivals import compare
from tests.proof.temporal.durable import digest_of, same_run, through_temporal
from tests.proof.temporal.killed_worker import Cut, in_a_drill
from tests.proof.temporal.skipping import skipping_server

Given = TypeVar("Given")
Result = TypeVar("Result")
Way = Callable[[Sequence[Given], float], list[Result]]
"""How seeds are played; none is begun after a time of the monotonic clock."""
_EAGER = "system.enableActivityEagerExecution=true"
"""Activities begin with the answer of their workflow: a fifth less work for the server. Time is simulated."""
_AT_ONCE = 20
"""Seeds that a lane takes at a time."""


def in_process(seeds: Sequence[int], until: float) -> list[Outcome]:
    """Play each seed on simulated time."""
    results = asyncio.run(_in_process(seeds, until))
    gc.collect()
    return results


async def _in_process(seeds: Sequence[int], until: float) -> list[Outcome]:
    results = []
    for seed in takewhile(lambda _: time.monotonic() < until, seeds):
        began = time.process_time()
        try:
            results.append(outcome(await play(ways.scenario(seed)), began))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported with its seed
            results.append(broken(seed, error, began))
    return results


def durably(played: Sequence[Outcome], until: float) -> list[Outcome]:
    """Play each again, through a real Temporal, and compare; the worker of one seed is cut off in a drill."""
    results = asyncio.run(_durably(played, until))
    gc.collect()
    return results


async def _durably(played: Sequence[Outcome], until: float) -> list[Outcome]:
    results = []
    async with skipping_server(_EAGER) as env:
        for one in takewhile(lambda _: time.monotonic() < until, played):
            began = time.process_time()
            try:
                cut = Cut(in_a_drill) if one.seed == ways.KNOWN[ways.Way.CUT] else None
                there = await play(ways.scenario(one.seed), through_temporal(env.client, cut=cut))
                same = digest_of(there) == one.digest
                differs = "" if same else same_run(await play(ways.scenario(one.seed)), there)
                taken = (*one.ways, ways.Way.CUT) if cut is not None and cut.made else one.ways
                results.append(one.model_copy(update={"differs": differs, "ways": taken}))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is reported with its seed
                results.append(broken(one.seed, error, began))
    return results


def beside_rivals(seeds: Sequence[int], until: float) -> list[Beside]:
    """Play the site of each seed by the product and by its rivals."""
    begun = takewhile(lambda _: time.monotonic() < until, seeds)
    return list(asyncio.run(compare(map(ways.scenario, begun))))


class Lanes:
    """A process for each core."""

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._pool = ProcessPoolExecutor(lanes, mp_context=get_context("spawn"), initializer=_quiet)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def play(self, seeds: Sequence[Given], until: float, way: Way[Given, Result]) -> Iterator[list[Result]]:
        """What all seeds come to, played in a `way`, as it comes; none is begun after `until` (monotonic clock)."""
        size = min(_AT_ONCE, max(1, len(seeds) // self._lanes))
        parts = [seeds[first : first + size] for first in range(0, len(seeds), size)]
        running: set[Future[list[Result]]] = set()
        while parts or running:
            while parts and len(running) < self._lanes and time.monotonic() < until:
                running.add(self._pool.submit(way, parts.pop(0), until))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def _quiet() -> None:
    # a lane has a Temporal of its own, which else has threads for every core that wake for nothing
    os.environ["GOMAXPROCS"] = "1"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # each failed try of an activity, which are meant to fail
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    # what is imported stays, and what rotations leave is collected when some have been played: up to a tenth faster
    gc.freeze()
    gc.disable()
