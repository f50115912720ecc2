"""`make crash-sweep`: kills every part of the running product at every point where it touches something.

Without options: every point of every procedure. `--sample` kills at a few points of one rotation, drawn by a seed.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from tests.sweep.keeping import Kept
from tests.sweep.lanes import lane
from tests.sweep.points import Point, Sample, Victim
from tests.sweep.procedures import PROCEDURES, SHORT
from tests.sweep.reporting import lines, write
from tests.sweep.runs import watched
from tests.sweep.sweeping import Sweep

_BINARY = "ROTATOR_TEMPORAL_BINARY"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    line.add_argument("--procedure", action="append", choices=tuple(PROCEDURES), help="only this; may be repeated")
    line.add_argument(
        "--victim", action="append", choices=tuple(Victim), type=Victim, help="only this; may be repeated"
    )
    line.add_argument(
        "--point", action="append", type=Point.parse, help="only this, as a report names it; may be repeated"
    )
    line.add_argument("--undisturbed", action="store_true", help="play each procedure to its end, and kill no process")
    line.add_argument("--sample", action="store_true", help="a few points of one rotation, drawn by --seed")
    line.add_argument("--seed", type=int, default=1)
    line.add_argument("--lanes", type=int, default=2, help="how many stacks work side by side")
    line.add_argument("--json", type=Path, help="write the report there too")
    line.add_argument("--keep", action="store_true", help="keep the folder with all logs, whatever comes of it")
    return line


async def sweep(options: argparse.Namespace, folder: Path) -> bool:
    """Sweep; whether everything was as it must be."""
    procedures = list(dict.fromkeys(point.procedure for point in options.point or ())) or options.procedure
    made = Sweep(
        folder,
        procedures or list(PROCEDURES),
        lanes=1 if options.point else options.lanes,
        victims=frozenset(() if options.undisturbed else options.victim or Victim),
        only=options.point or (),
        tell=say,
    )
    tally = await made()
    for text in lines(tally):
        say(text)
    if options.json is not None:
        write(tally, options.json)
    return not tally.failures


async def sample(options: argparse.Namespace, folder: Path) -> bool:
    """One short rotation with a few deaths; whether everything was as it must be."""
    procedures = options.procedure or SHORT
    procedure = procedures[options.seed % len(procedures)]
    async with lane(folder / "lane") as here:
        watch = Sample(procedure=procedure, seed=options.seed)
        problems = await watched(here, procedure, watch)
    say(f"sample {options.seed} of {procedure}: {len(watch.hit)} deaths")
    for point in watch.hit:
        say(f"  {point}")
    for problem in problems:
        say(f"  NOT as it must be: {problem}")
    return bool(watch.hit) and not problems


async def until_stopped(work: Coroutine[Any, Any, bool]) -> bool | None:
    """The result of the work; None when a signal stopped it, which kills every process and waits for none."""
    task, stopped = asyncio.ensure_future(work), asyncio.Event()

    def stop() -> None:
        stopped.set()
        Kept.end_all()
        task.cancel()

    # also where they are ignored from the start, as in the background of a shell
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.wait([task])
    return None if stopped.is_set() else task.result()


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    options = parser().parse_args(arguments)
    # settings of this machine may name a Temporal or a database that is not for this
    for name in [name for name in os.environ if name.startswith("ROTATOR_") and name != _BINARY]:
        del os.environ[name]
    os.environ["ROTATOR_REHEARSAL"] = "true"  # its sites wait for seconds
    os.environ["ROTATOR_WATCH_EVERY"] = "PT0S"  # the watch is no part of a rotation, and looks when it likes
    folder = Path(tempfile.mkdtemp(prefix="sweep-"))
    well = asyncio.run(until_stopped((sample if options.sample else sweep)(options, folder)))
    if well is None:
        say("stopped: nothing is judged")
    if well is not False and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        say(f"all logs lie in {folder}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
