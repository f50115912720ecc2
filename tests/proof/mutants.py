"""`make mutants`: shows that a product without one of its rules is caught by the invariants.

1. each mutation of tests/proof/mutations/ is played on the seed that the ledger (tests/proof/mutants.toml) keeps, or on
   the known scenario that it names (tests/simulation/known_holes.py)
2. caught: an invariant is violated with it, and none without it; in a known scenario something is not as promised
3. where the ledger's seed catches it no longer, other seeds are searched, and the ledger is written again
4. a mutation that nothing catches survives: the exit code is 1, unless it is marked as unproven, with the reason
"""

import argparse
import asyncio
import logging
import sys
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import structlog

from rotation.values import Value
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Scenario
from simulation.judged.invariants import check
from simulation.played.run import play
from tests.proof.drawn.drawing import Sizes, draw
from tests.proof.mutation import Mutation, applied
from tests.proof.mutations import (
    administration,
    builds,
    drills,
    networks,
    proofs,
    treatment,
    turning,
    waiting,
    who,
    wider_world,
)
from tests.proof.where import is_quick
from tests.simulation.holes import shortcomings
from tests.simulation.known_holes import KNOWN_HOLES
from tests.simulation.network_holes import NETWORK_HOLES

MUTATIONS: tuple[Mutation, ...] = tuple(
    each
    for room in (who, treatment, proofs, waiting, turning, administration, builds, networks, drills, wider_world)
    for each in room.MUTATIONS
)
LEDGER = Path(__file__).with_name("mutants.toml")
SIZES = Sizes(servers=3, groups=4, clients=24)
"""Small sites suffice, and are quick."""
_KNOWN = (*KNOWN_HOLES, *NETWORK_HOLES)
_HEAD = """\
# What catches each mutation of the product: the seed of a drawn scenario or a known scenario, and what it violates.
# `python -m tests.proof.mutants --search` writes this file; `make mutants` plays it.
"""
_SEEDS = 4000
"""How many seeds are searched for a mutation before it counts as one that survives."""
_PLAYED = 80
"""How many of them are played at most: a rotation takes seconds."""


_LONGEST = timedelta(days=60)
"""A known scenario that has not ended by then has no way out."""


class Caught(Value):
    """What catches a mutation: a seed of drawn scenarios, or a known scenario."""

    name: str
    seed: int | None = None
    faults: Faults = Faults.UNKNOWN
    hole: str = ""
    invariant: str

    @property
    def text(self) -> str:
        """For a reader."""
        return f"{self.invariant}, {f'seed {self.seed}' if self.seed is not None else self.hole}"

    @property
    def entry(self) -> str:
        """As the ledger keeps it."""
        where = f'hole = "{self.hole}"' if self.hole else f'seed = {self.seed}\nfaults = "{self.faults.value}"'
        return f'\n[[mutant]]\nname = "{self.name}"\n{where}\ninvariant = "{self.invariant}"\n'


def read_ledger() -> dict[str, Caught]:
    """What the ledger keeps, by mutation."""
    entries = tomllib.loads(LEDGER.read_text()).get("mutant", ()) if LEDGER.exists() else ()
    names = {each.name for each in MUTATIONS}
    return {entry["name"]: Caught.model_validate(entry) for entry in entries if entry["name"] in names}


def write_ledger(found: Iterable[Caught]) -> None:
    """Keep `found`, in the order of the mutations."""
    order = {each.name: number for number, each in enumerate(MUTATIONS)}
    entries = (each.entry for each in sorted(found, key=lambda each: order[each.name]))
    LEDGER.write_text(_HEAD + "".join(entries))


async def violated(seed: int, faults: Faults, mutated: Mutation | None = None) -> str:
    """The first invariant that a seed's rotation violates, with a mutation or without; empty when all hold.

    A rotation that never ends is a violation too: its site would never be put back.
    """
    with applied(mutated) if mutated else nullcontext():
        facts = await play(draw(seed, SIZES, faults))
    return next((violation.invariant for violation in check(facts)), "it_ends" if facts.unfinished else "")


async def not_as_promised(hole: str, mutated: Mutation | None = None) -> str:
    """What is not as promised in a known scenario, with a mutation or without; empty when all is."""
    known = next(each for each in _KNOWN if each.name == hole)
    shortened = replace(known, scenario=known.scenario.model_copy(update={"longest": _LONGEST}))
    with applied(mutated) if mutated else nullcontext():
        facts = await shortened.played()
    return next((each.kind for each in shortcomings(facts, residual=known.residual)), "")


async def again(mutated: Mutation, known: Caught) -> Caught | None:
    """What the ledger keeps of `mutated`, when it catches it still."""
    if known.seed is not None:
        return await caught(mutated, known.seed, known.faults)
    return await caught_in_hole(mutated)


async def caught_in_hole(mutated: Mutation) -> Caught | None:
    """What catches `mutated` in its known scenario; None when nothing does, or when that is open without it."""
    invariant = await not_as_promised(mutated.hole, mutated)
    if not invariant or await not_as_promised(mutated.hole):
        return None
    return Caught(name=mutated.name, hole=mutated.hole, invariant=invariant)


async def caught(mutated: Mutation, seed: int, faults: Faults) -> Caught | None:
    """What catches `mutated` on a seed; None when nothing does, or when the seed violates something without it."""
    invariant = await violated(seed, faults, mutated)
    if not invariant or await violated(seed, faults):
        return None
    return Caught(name=mutated.name, seed=seed, faults=faults, invariant=invariant)


async def searched(mutated: Mutation, seeds: Iterable[int]) -> Caught | None:
    """The first of `seeds` that catches `mutated`, of those in which its rule can matter and that are soon played."""
    if mutated.hole:
        return await caught_in_hole(mutated)
    worth = (seed for seed in seeds if _is_worth_playing(mutated, draw(seed, SIZES, mutated.faults)))
    for seed in islice(worth, _PLAYED):
        found = await caught(mutated, seed, mutated.faults)
        if found is not None:
            return found
    return None


def _is_worth_playing(mutated: Mutation, scenario: Scenario) -> bool:
    return is_quick(scenario) and mutated.where(scenario)


async def shown(mutations: Sequence[Mutation], *, search: bool, seeds: int) -> dict[str, Caught]:
    """What catches each of `mutations`, by the ledger or by a search, printed line by line."""
    ledger, found = read_ledger(), {}
    _say(f"{'mutation':52} {'rule':5} caught by")
    for mutated in mutations:
        known = ledger.get(mutated.name)
        entry = await again(mutated, known) if known and not search else None
        note = ""
        if entry is None:
            entry = await searched(mutated, range(seeds))
            note = " (a new seed)" if known and entry and known != entry else ""
        by = f"{entry.text}{note}" if entry else _survives(mutated, seeds)
        _say(f"{mutated.name:52} {mutated.rule:5} {by}")
        if entry is not None:
            found[mutated.name] = entry
            write_ledger({**read_ledger(), mutated.name: entry}.values())
    return found


def _survives(mutated: Mutation, seeds: int) -> str:
    why = f", as is known: {mutated.unproven}" if mutated.unproven else ""
    return f"nothing in {mutated.hole or f'{seeds} seeds'}: it survives{why}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Show what catches each mutation. 1 when others survive than those that are marked as unproven."""
    parser = argparse.ArgumentParser(prog="mutants", description=main.__doc__)
    parser.add_argument("names", nargs="*", help="only these mutations")
    parser.add_argument("--search", action="store_true", help="search seeds even where the ledger has one")
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="how many seeds to search (%(default)s)")
    asked = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = [each for each in MUTATIONS if not asked.names or each.name in asked.names]
    before = read_ledger()
    found = asyncio.run(shown(chosen, search=asked.search, seeds=asked.seeds))
    if read_ledger() != before:
        _say(f"{LEDGER.name} was written again")
    unproven = [each.name for each in chosen if each.unproven]
    survivors = [each.name for each in chosen if each.name not in found]
    _say(f"{len(found)} of {len(chosen)} mutations are caught" + (f"; {', '.join(survivors)}" if survivors else ""))
    return 0 if survivors == unproven else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
