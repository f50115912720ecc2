"""Processes that play inputs, each with a limit that ends it, also in the middle of a library's own code."""

import itertools
import signal
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from tests.fuzz.judging import Find, bound_memory, judge, peak
from tests.fuzz.parsers import PARSERS, Parser

_DEADLY = 20.0
"""Seconds of processor after which the system ends a process: then the input at hand is the find."""


@dataclass
class Played:
    """What came of some inputs."""

    counts: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    finds: list[Find] = field(default_factory=list)
    largest: int = 0
    """Bytes of the largest process that played some."""

    def add(self, other: "Played") -> None:
        """Take what came of others."""
        self.counts += other.counts
        self.read += other.read
        self.finds += other.finds
        self.largest = max(self.largest, other.largest)


def turns() -> Iterator[Parser]:
    """The parsers in turn, each as often as its share says."""
    return itertools.cycle([parser for parser in PARSERS for _ in range(parser.share)])


def play(numbers: range, lanes: int) -> Iterator[Played]:
    """Play inputs in as many processes as there are lanes, and yield the results as they come."""
    context = get_context("fork")
    left = {lane: numbers[lane::lanes] for lane in range(lanes)}
    running: dict[Connection, tuple[int, ForkProcess]] = {}

    def start(lane: int) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_lane, args=(left[lane], theirs), daemon=True)
        process.start()
        theirs.close()
        running[ours] = lane, process

    for lane in left:
        start(lane)
    while running:
        for pipe in wait(list(running)):
            assert isinstance(pipe, Connection)
            lane, process = running[pipe]
            try:
                number, played = pipe.recv()
            except EOFError:
                del running[pipe]
                process.join()
                if not len(left[lane]):
                    continue
                if process.exitcode is None or process.exitcode >= 0:
                    raise RuntimeError(f"what plays the inputs broke down at {left[lane][0]}") from None
                number, left[lane] = left[lane][0], left[lane][1:]
                ended = f"ended its process by signal {-process.exitcode}"
                yield Played(Counter({parser_of(number).name: 1}), finds=[Find(parser_of(number).name, number, ended)])
                start(lane)
                continue
            # all up to the one that is begun now
            left[lane] = left[lane][left[lane].index(number) :] if number >= 0 else range(0)
            if played is not None:
                yield played


def parser_of(number: int) -> Parser:
    """The parser whose turn it is at that number."""
    shares = sum(parser.share for parser in PARSERS)
    return next(itertools.islice(turns(), number % shares, None))


def _lane(numbers: range, pipe: Connection) -> None:
    bound_memory()
    warnings.simplefilter("ignore")  # cryptography warns of odd names and serial numbers, and reads them
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    done = None
    for number in numbers:
        # sent before the input is begun, so that one that ends this process is known
        pipe.send((number, done))
        signal.setitimer(signal.ITIMER_PROF, _DEADLY)
        done = _one(number)
    signal.setitimer(signal.ITIMER_PROF, 0)
    pipe.send((-1, done))
    pipe.close()


def _one(number: int) -> Played:
    parser = parser_of(number)
    read, wrong = judge(parser, parser.input(number))
    finds = [Find(parser.name, number, wrong)] if wrong else []
    return Played(Counter([parser.name]), Counter({parser.name: int(read)}), finds, peak())
