"""`make terminate-sweep`: every procedure is terminated at every step, and the documented way out is followed.

1. each procedure is played undisturbed: what it passes are the points (tests/terminating/passages.py)
2. in process: it is terminated at each; the holder of a task gives it back or finishes it, then what `rotator restore`
   does or says; the site must be as recorded, no client lost, no task open, and another rotation must run to its end
3. the way out itself is terminated at its points too, and followed again
4. a drawn share of the points through the real Temporal, with its own Terminate; another rotation after one in three

What was reached is summed up, with every refusal and attention; the exit code is 0 only when all of it was well.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.proof.lanes import cores
from tests.terminating.procedures import PROCEDURES
from tests.terminating.report import Summary, lines
from tests.terminating.sweeping import Sweep

_SHOWN_EVERY = 250


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="make terminate-sweep ARGS=...", description=__doc__.partition("\n")[0])
    line.add_argument("--procedure", action="append", choices=tuple(PROCEDURES), help="only this; may be repeated")
    line.add_argument("--every", type=int, default=1, help="only each so many points")
    line.add_argument("--temporal", type=int, default=10, help="one of so many goes through the real Temporal; 0: none")
    line.add_argument("--only-temporal", action="store_true", help="leave out what is lived in process")
    line.add_argument("--minutes", type=float, default=100, help="no life is begun after that time")
    line.add_argument("--lanes", type=int, default=cores(), help="processes")
    line.add_argument("--json", type=Path, help="where the summary is written")
    return line


def main() -> int:
    """Sweep and sum up; the exit code is 0 when all of it was well."""
    asked = parser().parse_args()
    began = time.monotonic()
    summary = Summary()
    swept = Sweep(
        asked.procedure or list(PROCEDURES),
        every=asked.every,
        temporal=asked.temporal,
        in_process=not asked.only_temporal,
    )
    for count, life in enumerate(swept(asked.lanes, began + asked.minutes * 60), 1):
        summary.add(life)
        if count % _SHOWN_EVERY == 0:
            sys.stderr.write(f"{count} lives in {time.monotonic() - began:.0f} s, {swept.left.total()} to come\n")
        for problem in life.problems:
            sys.stdout.write(f"{life}: {problem}\n")
            sys.stdout.flush()
    summary.left_out = {name: left for name, left in swept.left.items() if left}
    summary.seconds = time.monotonic() - began
    sys.stdout.write("\n".join(lines(summary)) + "\n")
    if asked.json is not None:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(summary.model_dump_json(indent=2) + "\n")
    return 0 if not summary.failures and not summary.left_out else 1


if __name__ == "__main__":
    sys.exit(main())
