"""Rotations that go on in a new history in every wait, beside the same in one: all must be the same.

`python -m tests.proof.histories --rotations 500` plays drawn sites both ways on simulated time, and names each seed
whose events, effects or end differ, or that violates an invariant. A new history begins as soon as time has passed in
the present one, so what a step keeps beside the state is lost at once: a real history is renewed after thousands of
events. Limits on calls are left out, since a new history asks SEPM once more what was asked right before.
"""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from time import monotonic

import structlog

from rotation.values import Value
from simulation.drawn.scenario import Scenario
from simulation.judged.invariants import check
from simulation.played.run import in_many_histories, play
from tests.proof.lanes import Lanes, cores
from tests.proof.reached_codes import codes
from tests.proof.seeds import THIRD, scenario
from tests.proof.temporal.durable import same_run


class Compared(Value):
    """One seed, played both ways."""

    seed: int
    ended: str
    differs: str
    """Where the two differ first, or what was violated; empty: nowhere."""
    codes: tuple[str, ...]
    """What the one in many histories came to."""


def unlimited(seed: int) -> Scenario:
    """The site of a seed, without limits on calls."""
    drawn = scenario(seed)
    switches = drawn.spec.switches.model_copy(update={"rate_limit": None})
    return drawn.model_copy(update={"spec": drawn.spec.model_copy(update={"switches": switches})})


def both_ways(seeds: Sequence[int], until: float) -> list[Compared]:
    """Play each seed in one history and in many."""
    return [asyncio.run(_both_ways(seed)) for seed in takewhile(lambda _: monotonic() < until, seeds)]


async def _both_ways(seed: int) -> Compared:
    drawn = unlimited(seed)
    whole = await play(drawn)
    if whole.plan is None:
        return Compared(seed=seed, ended="no plan", differs="", codes=())
    cut = await play(drawn, in_many_histories)
    differs = same_run(whole, cut) or "; ".join(str(each) for each in check(cut))
    ended = cut.outcome.value if cut.outcome else "unfinished"
    return Compared(seed=seed, ended=ended, differs=differs, codes=tuple(sorted(codes(cut))))


def lines(played: Sequence[Compared]) -> Iterator[str]:
    """What they come to, line by line."""
    ends = dict(Counter(each.ended for each in played))
    yield f"{len(played):,} sites, in one history and in many: {ends}"
    counts = Counter(code for each in played for code in each.codes)
    yield "codes: " + ", ".join(f"{code} {number:,}" for code, number in counts.most_common())
    yield from (f"  seed {each.seed}: {each.differs[:300]}" for each in played if each.differs)


def main() -> int:
    """Play and compare; 1 when any differs."""
    parser = argparse.ArgumentParser(prog="histories", description=__doc__)
    parser.add_argument("--rotations", type=int, default=500)
    parser.add_argument("--seed", type=int, default=THIRD)
    asked = parser.parse_args()
    with Lanes(cores()) as lanes:
        seeds = range(asked.seed, asked.seed + asked.rotations)
        played = [each for some in lanes.play(seeds, float("inf"), both_ways) for each in some]
    for line in lines(played):
        sys.stdout.write(f"{line}\n")
    return int(any(each.differs for each in played))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.exit(main())
