"""`make fuzz`: a hundred thousand damaged and hostile files, each read or refused, in bounded time and memory.

1. what once was found is played again (tests/fuzz/finds.toml)
2. numbers are drawn on every core: each is a good file of some parser, changed by structure, lines or bytes
3. some of them are sent to the API, as files and as bodies: each is kept, or is answered by a problem
4. every operation of the API is asked with odd bodies, parameters, paths and headers, in this process, with its key
5. what was played and read is summed up; the exit code is 0 only when nothing was found

An input follows from its number alone: `make fuzz ARGS="--first 4711 --inputs 1"` plays one again,
and --keep writes it to a file.
"""

import argparse
import asyncio
import logging
import os
import random
import sys
import time
import warnings
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.fuzz.every_operation import every_operation
from tests.fuzz.finds import again
from tests.fuzz.judging import Find, peak
from tests.fuzz.lanes import Played, parser_of, play
from tests.fuzz.through_api import through_api

_SENT = 2000


def main() -> int:
    """Play and sum up; the exit code is 0 when nothing was found."""
    asked = _arguments()
    console, began, played = Console(), time.monotonic(), Played()
    every = range(asked.first, asked.first + asked.inputs)
    old = [f"{entry.parser}: {wrong}" for entry, wrong in again() if wrong]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("inputs", total=asked.inputs)
        for some in play(every, asked.lanes):
            played.add(some)
            progress.advance(task, some.counts.total())
            for find in some.finds:
                console.print(f"[bold red]{find.parser} {find.number}[/]: {find.what}", highlight=False)
    sent = random.Random(asked.first).sample(every, min(_SENT, asked.inputs))
    asked_for = range(asked.first, asked.first + asked.requests)
    refused_badly = asyncio.run(_through_api(sent, asked_for))
    for find in refused_badly:
        console.print(f"[bold red]over the API, {find.parser} {find.number}[/]: {find.what}", highlight=False)
    table = Table("parser", "inputs", "read", "found")
    for name, count in sorted(played.counts.items()):
        finds = sum(find.parser == name for find in played.finds)
        table.add_row(name, f"{count:,}", f"{played.read[name]:,}", str(finds))
    console.print(table)
    for problem in old:
        console.print(f"[bold red]found once, and again[/]: {problem}", highlight=False)
    took = time.monotonic() - began
    console.print(
        f"{played.counts.total():,} inputs, {len(sent):,} of them over the API too, and {asked.requests:,} requests to "
        f"every operation of it, in {took:.0f} s; no process was larger than {max(played.largest, peak()) >> 20} MiB"
    )
    if asked.keep is not None:
        asked.keep.write_bytes(parser_of(asked.first).input(asked.first))
    return 1 if played.finds or old or refused_badly or played.counts.total() < asked.inputs else 0


async def _through_api(inputs: list[int], requests: range) -> list[Find]:
    # what the API logs of bad requests is not wanted here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [*await through_api(inputs), *await every_operation(requests)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=...", description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="how many are played")
    parser.add_argument("--requests", type=int, default=10_000, help="how many requests are sent to all of the API")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--lanes", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--keep", type=Path, help="write the first input to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
