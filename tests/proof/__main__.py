"""`make proof`: thousands of random rotations in process, hundreds of them through the real Temporal too.

1. seeds are played on every core until there are enough rotations, each checked against every invariant
   (simulation/judged/invariants/)
2. some of them, most with few events, are played through a real Temporal that skips time: same events, same times; so
   are a few that are known to take the ways out of tests/proof/ways.py, one with its worker cut off in a drill
3. a hundred of the sites are played by rival strategies without proof as well, to count the clients that they cut off
4. what was played is summed up; the exit code is 0 only when all of it was played and nothing was violated
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.proof.beside import together
from tests.proof.lanes import Lanes, beside_rivals, cores, durably, in_process
from tests.proof.outcome import Outcome, to_compare
from tests.proof.seeds import THIRD
from tests.proof.summary import Summary, differences, failures, show, summary
from tests.proof.ways import KNOWN


def main() -> int:
    """Play, sum up, and say whether the promise held."""
    asked = _arguments()
    began = time.monotonic()
    until = began + asked.minutes * 60
    console = Console(stderr=True)
    with Lanes(asked.lanes) as lanes, Progress(console=console, transient=True) as progress:
        task = progress.add_task("in process", total=asked.rotations)
        played: list[Outcome] = []
        while (missing := asked.rotations - sum(not each.refused for each in played)) and time.monotonic() < until:
            first = asked.seed + len(played)  # where no plan was made there is no rotation: more seeds are played
            for some in lanes.play(range(first, first + missing), until, in_process):
                played.extend(some)
                progress.advance(task, sum(not each.refused for each in some))
                _tell(console, some, failures)
        again = to_compare(played, asked.temporal)
        if again:
            again = [*_known(lanes), *(each for each in again if each.seed not in KNOWN.values())]
        task = progress.add_task("through Temporal", total=len(again))
        through: list[Outcome] = []
        for some in lanes.play(again, until, durably):
            through.extend(some)
            progress.advance(task, len(some))
            _tell(console, some, differences)
        sites = range(asked.seed, asked.seed + asked.rivals)
        beside = together(one for some in lanes.play(sites, math.inf, beside_rivals) for one in some)
    proof = summary(played, through, asked.rotations, asked.temporal).model_copy(update={"beside": beside})
    show(Console(), proof, time.monotonic() - began)
    if asked.json is not None:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(proof.model_dump_json(indent=2) + "\n")
    return 0 if _holds(proof) else 1


def _known(lanes: Lanes) -> list[Outcome]:
    """The seeds whose ways out are known, in process: they go through Temporal too, whatever else does."""
    return [one for some in lanes.play(sorted(KNOWN.values()), math.inf, in_process) for one in some]


def _holds(proof: Summary) -> bool:
    return (
        not proof.failures
        and not proof.missing
        and not proof.untaken
        and proof.rotations >= proof.wanted
        and proof.compared >= proof.wanted_compared
    )


def _tell(console: Console, some: Iterable[Outcome], flaws: Callable[[Outcome], Iterable[str]]) -> None:
    for each in some:
        for failure in flaws(each):
            console.print(f"[bold red]seed {each.seed}[/]: {failure}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make proof ARGS=...", description=__doc__.partition("\n")[0])
    parser.add_argument("--rotations", type=int, default=5_000, help="how many are played in process")
    parser.add_argument("--temporal", type=int, default=200, help="how many go through the real Temporal")
    parser.add_argument("--rivals", type=int, default=100, help="how many sites rival strategies are played on")
    parser.add_argument("--seed", type=int, default=THIRD, help="of the first")
    parser.add_argument("--minutes", type=float, default=40, help="no rotation is begun after that time")
    parser.add_argument("--lanes", type=int, default=cores(), help="processes")
    parser.add_argument("--json", type=Path, default=None, help="where the summary is written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
