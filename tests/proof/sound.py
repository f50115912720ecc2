"""What the rules cost where nothing goes wrong: sites without fault or event, people who make no mistake.

`python -m tests.proof.sound --rotations 1000` counts the calls about silence, the refusals and questions of rules 18 to
28, and the clients that were approved or left out by name.
"""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import structlog

from rotation.values import Value
from simulation.drawing import Faults, draw
from simulation.reached import codes
from simulation.run import play
from tests.proof.lanes import Lanes, cores
from tests.proof.seeds import SECOND, sizes

STOPPING = frozenset(
    {
        "list-edited",
        "list-taken-up",
        "server-silent",
        "version-changed",
        "http-port-silent",
        "refusing",
        "signs-with-former-key",
        "signature-unknown",
        "policy-by-hand",
        "log-size-differs",
        "signed-files-stale",
        "silent-after-swap",
        "silent-after-write",
    }
)
"""What rules 8, 10, 11 and 18 to 28 say to a person."""


class Cost(Value):
    """One rotation of a sound site."""

    seed: int
    ended: str
    clients: int
    named: int
    """Clients that were left out or taken on trust by name."""
    lost: int
    codes: tuple[str, ...]


def costs(seeds: Sequence[int], _until: float) -> list[Cost]:
    """Play each seed without faults."""
    return [asyncio.run(_cost(seed)) for seed in seeds]


async def _cost(seed: int) -> Cost:
    facts = await play(draw(seed, sizes(seed), Faults.NONE))
    ended = facts.outcome.value if facts.outcome else "no plan" if facts.plan is None else "unfinished"
    return Cost(
        seed=seed,
        ended=ended,
        clients=facts.clients,
        named=len(facts.left_out | facts.trusted_at.keys()),
        lost=len(facts.lost),
        codes=tuple(sorted(codes(facts))),
    )


def told(played: Sequence[Cost]) -> Iterator[str]:
    """What they come to."""
    counts = Counter(code for each in played for code in each.codes)
    clients, named = sum(each.clients for each in played), sum(each.named for each in played)
    yield f"{len(played):,} sound sites, {clients:,} clients: {dict(Counter(each.ended for each in played))}"
    yield f"lost {sum(each.lost for each in played)}, by name {named} ({named / max(1, clients):.1%})"
    for code in sorted(STOPPING):
        seeds = [each.seed for each in played if code in each.codes][:5]
        yield f"  {code:24} in {counts[code]:>5,} sites{f', first {seeds}' if seeds else ''}"
    yield "  other codes: " + ", ".join(
        f"{code} {count:,}" for code, count in counts.most_common() if code not in STOPPING
    )


def main() -> int:
    """Play and count; 1 when any of rules 18 to 28 stopped somebody."""
    parser = argparse.ArgumentParser(prog="sound", description=__doc__)
    parser.add_argument("--rotations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SECOND)
    asked = parser.parse_args()
    with Lanes(cores()) as lanes:
        seeds = range(asked.seed, asked.seed + asked.rotations)
        played = [each for some in lanes.play(seeds, float("inf"), costs) for each in some]
    for line in told(played):
        sys.stdout.write(f"{line}\n")
    return int(any(code in STOPPING for each in played for code in each.codes))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.exit(main())
