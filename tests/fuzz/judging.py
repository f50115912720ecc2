"""One input held against what every parser owes: a result or its own refusal, in bounded time and memory."""

import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.parsers import Parser

ENOUGH = 2.0
"""Seconds of processor for one input."""
MEMORY = 512 << 20
"""Bytes of address space that a process may take beyond what Python, its libraries and threads have at its start."""


GROWTH = 48 << 20
"""Bytes by which one input may make a process larger than it ever was."""
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Find:
    """An input that a parser did not bear."""

    parser: str
    number: int
    what: str


def judge(parser: Parser, content: bytes) -> tuple[bool, str]:
    """Whether the input was read, and what is wrong with the parser; nothing if all is right."""
    begun, largest = time.process_time(), peak()
    try:
        parser.read(content)
        read = True
    except parser.refusals as refusal:
        read = False
        if not getattr(refusal, "remedy", ""):
            return False, "a refusal without a remedy"
    except BaseException as error:  # noqa: BLE001 - anything else is what is looked for
        return False, f"{type(error).__name__}: {error}"[:200]
    return read, too_much(begun, largest)


def too_much(begun: float, largest: int) -> str:
    """A message when too much processor or memory was taken since `begun` and `largest`; empty if all is right."""
    took, grown = time.process_time() - begun, peak() - largest
    if grown > GROWTH:
        return f"made its process larger by {grown >> 20} MiB"
    return f"{took:.1f} s of processor" if took > ENOUGH else ""


def peak() -> int:
    """The bytes that this process had at its largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def bound_memory() -> None:
    """Have this process fail when it takes more."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, hard))


def _address_space() -> int:
    statm = Path("/proc/self/statm")  # Linux alone has it; elsewhere MEMORY is assumed
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else MEMORY
