"""`make load`: what the whole service stands on one core, beside a rotation of an emulated site.

1. lists: 10,000 rotations are read at 50 requests a second, in a SQLite file and on PostgreSQL
2. listeners: 200 callers follow the trail of a rotation as it grows
3. hostile: 200 slow or half-open connections, 10,000 wrong keys, 1,000 requests for simulations, beside other callers

Each part prints its figures as a table; the exit code is 0 only when all of them are within their bounds.
"""

import argparse
import asyncio
import sys
from collections.abc import Coroutine, Iterator
from typing import Any

from tests.load.figures import Figure, table
from tests.load.hostile import SIMULATIONS, WRONG_KEYS, withstand
from tests.load.listeners import listen
from tests.load.lists import read_lists

_PARTS = ("lists", "listeners", "hostile")
_MINUTE = 60
_WHOLE = 5
"""Minutes. Of wrong keys and simulations, shorter runs have their share."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="make load ARGS=...", description=__doc__.partition("\n")[0])
    line.add_argument("--only", choices=_PARTS, help="one part")
    line.add_argument("--database", choices=("sqlite", "postgresql"), help="one of the two, for lists")
    line.add_argument("--rotations", type=int, default=10_000)
    line.add_argument("--minutes", type=float, default=_WHOLE, help="how long each part lasts")
    return line


def _parts(asked: argparse.Namespace) -> Iterator[tuple[str, Coroutine[Any, Any, list[Figure]]]]:
    seconds = asked.minutes * _MINUTE
    if asked.only in {None, "lists"}:
        for database in (asked.database,) if asked.database else ("sqlite", "postgresql"):
            title = f"lists of {asked.rotations} rotations, {database}, {seconds:g} s"
            yield title, read_lists(database, asked.rotations, seconds)
    if asked.only in {None, "listeners"}:
        yield f"listeners, {seconds:g} s", listen(seconds)
    if asked.only in {None, "hostile"}:
        share = min(1.0, asked.minutes / _WHOLE)
        keys, simulations = round(share * WRONG_KEYS), round(share * SIMULATIONS)
        yield f"hostile callers, {seconds:g} s", withstand(seconds, wrong_keys=keys, simulations=simulations)


def main() -> int:
    """Play and measure; the exit code is 0 when all of it was within its bounds."""
    held = True
    for title, play in _parts(parser().parse_args()):
        figures = asyncio.run(play)
        sys.stdout.write(table(title, figures) + "\n")
        sys.stdout.flush()
        held = held and all(each.holds for each in figures)
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
