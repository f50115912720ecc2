"""What the rules cost where nothing goes wrong: sites without fault or event, people who make no mistake.

`python -m tests.proof.sound --rotations 1000` counts the calls about silence, the refusals and questions of rules 18 to
28, the tasks, and the clients that were approved or left out by name: so many sites with neither fault are played.
People state what hands out Sylink.xml with the first recovery file, as is offered.
Passed over are sites on whose networks plain HTTP does not get through, or that sign with their former key: what stops
people there is what the rules are for; and those that are about an event: most clients leave for days while the first
change is made, or people change their minds.
"""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import count, islice

import structlog

from rotation.values import Value
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile
from simulation.played.run import play
from tests.proof.beside import Kind, kind_of
from tests.proof.drawn.drawing import draw
from tests.proof.lanes import Lanes, cores
from tests.proof.reached_codes import codes
from tests.proof.seeds import BY_DEFAULT, SECOND, sizes

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
        "claim-refused",
    }
)
"""What rules 8, 10, 11 and 18 to 28 say to a person."""

OURS = frozenset({"hand-outs", "look", "signed", "drill"})
"""Numbers of the tasks that rules 10 and 18 to 28 add to the vendor's lists; rule 4 refreshes images."""
_FEW = 3
"""So many tasks more than the vendor's a rotation may have."""
_EVENTS = frozenset({Profile.DEPARTURES, Profile.WAY_BACK})


class Cost(Value):
    """One rotation of a sound site."""

    seed: int
    ended: str
    clients: int
    left_out: int
    """Clients that were left out by name (rule 1)."""
    trusted: int
    """Clients that were taken on trust by name, where the drawn person asks for that (rule 8)."""
    lost: int
    """Clients that were cut off, and had neither been so before nor been left out by name."""
    tasks: tuple[str, ...]
    """The numbers of the tasks that were opened."""
    codes: tuple[str, ...]
    servers: int
    lasted: timedelta
    why_stopped: tuple[str, ...] = ()
    """The code and the message of each of `STOPPING`."""


def costs(seeds: Sequence[int], _until: float) -> list[Cost]:
    """Play each seed without faults."""
    return [asyncio.run(_cost(seed, {})) for seed in seeds]


def costs_by_default(seeds: Sequence[int], _until: float) -> list[Cost]:
    """The same, with nothing chosen in a plan that leaves out clients, or takes them on trust."""
    return [asyncio.run(_cost(seed, BY_DEFAULT)) for seed in seeds]


async def _cost(seed: int, chosen: dict[str, object]) -> Cost:
    drawn = draw(seed, sizes(seed), Faults.NONE)
    facts = await play(drawn.model_copy(update={"states_early": True, **chosen}))
    ended = facts.outcome.value if facts.outcome else "no plan" if facts.plan is None else "unfinished"
    return Cost(
        seed=seed,
        ended=ended,
        clients=facts.clients,
        left_out=len(facts.left_out),
        trusted=len(facts.trusted_at),
        lost=sum(
            each.after is not None and each.first_failed >= facts.began and each.id not in facts.left_out
            for each in facts.lost
        ),
        tasks=tuple(task.number for task in facts.tasks),
        codes=tuple(sorted(codes(facts))),
        servers=len(facts.scenario.spec.servers),
        lasted=facts.duration,
        why_stopped=tuple(
            f"{event.data['code']}: {event.message}" for event in facts.trail if event.data.get("code") in STOPPING
        ),
    )


def sound(seeds: Iterable[int]) -> Iterator[int]:
    """Those whose sites have neither fault, and are about no event."""
    for seed in seeds:
        drawn = draw(seed, sizes(seed), Faults.NONE)
        if kind_of(drawn.spec) is Kind.SOUND and drawn.profile not in _EVENTS:
            yield seed


def lines(played: Sequence[Cost]) -> Iterator[str]:
    """What they come to, line by line."""
    counts = Counter(code for each in played for code in each.codes)
    clients = max(1, sum(each.clients for each in played))
    left_out, trusted = sum(each.left_out for each in played), sum(each.trusted for each in played)
    yield f"{len(played):,} sound sites, {clients:,} clients: {dict(Counter(each.ended for each in played))}"
    by_name = (
        f"left out by name {left_out} ({left_out / clients:.1%}), on trust by name {trusted} ({trusted / clients:.1%})"
    )
    yield f"lost {sum(each.lost for each in played)}, {by_name}"
    yield from _tasks(played)
    for code in sorted(STOPPING):
        seeds = [each.seed for each in played if code in each.codes][:5]
        yield f"  {code:24} in {counts[code]:>5,} sites{f', first {seeds}' if seeds else ''}"
    yield from (f"  seed {each.seed}: {why[:200]}" for each in played for why in each.why_stopped)
    yield "  other codes: " + ", ".join(
        f"{code} {count:,}" for code, count in counts.most_common() if code not in STOPPING
    )


def _tasks(played: Sequence[Cost]) -> Iterator[str]:
    """How many tasks people have, and how many of them are not the vendor's."""
    every = Counter(number for each in played for number in each.tasks)
    ours = sorted(sum(number in OURS for number in each.tasks) for each in played)
    kinds = max(len(OURS & set(each.tasks)) for each in played)
    yield "tasks: " + ", ".join(f"{number} {count:,}" for number, count in every.most_common())
    spread = f"median {ours[len(ours) // 2]}, nine in ten at most {ours[len(ours) * 9 // 10]}, most {ours[-1]}"
    many = [each.seed for each in played if sum(number in OURS for number in each.tasks) > _FEW]
    more = f"more than {_FEW} on {len(many)} sites, first {many[:5]}"
    by_server = max(sum(number in OURS for number in each.tasks) / each.servers for each in played)
    yield f"of rules 10 and 18 to 28: {spread}; {more}; of {kinds} kinds, and {by_server:.2g} for each server, at most"
    for servers in sorted({each.servers for each in played}):
        yield _tasks_of([each for each in played if each.servers == servers], servers)


def _tasks_of(played: Sequence[Cost], servers: int) -> str:
    """How many tasks of each kind the rules add to a site of so many servers, and how long its rotation lasts."""
    kinds = Counter(number for each in played for number in each.tasks if number in OURS)
    ours = sorted(sum(number in OURS for number in each.tasks) for each in played)
    each_kind = ", ".join(f"{kind} {number / len(played):.2f}" for kind, number in sorted(kinds.items()))
    lasted = sorted(each.lasted for each in played)
    spread = f"median {ours[len(ours) // 2]}, most {ours[-1]}"
    lasts = f"{lasted[len(lasted) // 2]} at the median, {sum(lasted, timedelta(0))} in all"
    return f"  {servers} servers, {len(played)} sites: a site has {each_kind}; {spread}; lasts {lasts}"


def main() -> int:
    """Play and count; 1 when any of rules 18 to 28 stopped a person."""
    parser = argparse.ArgumentParser(prog="sound", description=__doc__)
    parser.add_argument("--rotations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SECOND)
    parser.add_argument("--by-default", action="store_true", help="people keep the defaults of a plan")
    asked = parser.parse_args()
    way = costs_by_default if asked.by_default else costs
    with Lanes(cores()) as lanes:
        seeds = list(islice(sound(count(asked.seed)), asked.rotations))
        played = [each for some in lanes.play(seeds, float("inf"), way) for each in some]
    for line in lines(played):
        sys.stdout.write(f"{line}\n")
    return int(any(code in STOPPING for each in played for code in each.codes))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.exit(main())
