"""`make outside-sweep`: what a client of Temporal does to rotations, at a drawn share of all their steps.

1. each procedure is played undisturbed: what it passes is drawn from (tests/terminating/passages.py)
2. *cancel*, Temporal's own, in process: heard within a minute; the rotation turns back, or refuses it and goes on
3. the same through the real Temporal, with its own Cancel
4. *reset* through the real Temporal, to a drawn workflow task before: found by the reconciler within a minute; the run
   that comes of it does nothing; it is terminated as the remedy says, and the way out is followed

Each site must be as recorded, no client lost, no task open, and another rotation must run to its end. What was reached
is summed up; the exit code is 0 only when all of it was well, and each way has reached its share of the steps of each
procedure.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.outside.drawing import Way
from tests.outside.sweeping import Sweep
from tests.proof.lanes import cores
from tests.terminating.procedures import PROCEDURES
from tests.terminating.report import Summary, lines

LEAVES_OUT = (
    "a cancel or a reset while SEPM, the store or Temporal is away, and behind mistakes of people",
    "what was not drawn, and what lies behind the last step: another seed draws others",
    "a reset before the rotation has reported anything (it begins again), and one to another history than the newest",
    "a cancel of what puts back after a terminate, and several in a row",
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="make outside-sweep ARGS=...", description=__doc__.partition("\n")[0])
    line.add_argument("--procedure", action="append", choices=tuple(PROCEDURES), help="only this; may be repeated")
    line.add_argument("--seed", default="1", help="draws the points")
    line.add_argument("--cancel", type=int, default=1, help="in one of so many steps of each procedure; 0: none")
    line.add_argument("--cancel-on-temporal", type=int, default=10, help="the same, through Temporal")
    line.add_argument("--reset", type=int, default=10, help="the same, reset")
    line.add_argument("--minutes", type=float, default=100, help="no life is begun after that time")
    line.add_argument("--lanes", type=int, default=cores(), help="processes")
    line.add_argument("--json", type=Path, help="where the summary is written")
    return line


def main() -> int:
    """Sweep and sum up; the exit code is 0 when all of it was well."""
    asked = parser().parse_args()
    began = time.monotonic()
    shares = {
        Way.CANCEL: asked.cancel,
        Way.CANCEL_ON_TEMPORAL: asked.cancel_on_temporal,
        Way.RESET: asked.reset,
    }
    swept = Sweep(asked.procedure or list(PROCEDURES), asked.seed, shares)
    summaries = {way: Summary(leaves_out=LEAVES_OUT) for way, share in shares.items() if share}
    for way, life in swept(asked.lanes, began + asked.minutes * 60):
        summaries[way].add(life)
        for problem in life.problems:
            sys.stdout.write(f"{life}: {problem}\n")
            sys.stdout.flush()
    for way, summary in summaries.items():
        summary.left_out = {way: swept.left[way]} if swept.left[way] else {}
        summary.seconds = time.monotonic() - began
        shown = lines(summary) if summary.lives else [f"{swept.left[way]} lives were left out"]
        sys.stdout.write("\n".join(("", way, *shown, str(swept.reached[way]), "")))
    if asked.json is not None:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        steps = json.dumps({way: {"hit": each.hit, "of": each.of} for way, each in swept.reached.items()})
        whole = ",\n".join(f'"{way}": {summary.model_dump_json(indent=2)}' for way, summary in summaries.items())
        asked.json.write_text(f'{{"seed": "{asked.seed}",\n"steps": {steps},\n{whole}}}\n')
    wrong = any(summary.failures or summary.left_out for summary in summaries.values())
    return 1 if wrong or any(each.short for each in swept.reached.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
