"""One input held against what every parser owes: a result or its own refusal, in bounded time and memory."""

import resource
import time
from dataclasses import dataclass

from tests.fuzz.parsers import Parser

ENOUGH = 2.0
"""Seconds of processor for one input."""
MEMORY = 1 << 30
"""Bytes of address space for a whole process, most of which Python and its libraries have already."""


@dataclass(frozen=True)
class Find:
    """An input that a parser did not bear."""

    parser: str
    number: int
    what: str


def judge(parser: Parser, content: bytes) -> tuple[bool, str]:
    """Whether the input was read, and what is wrong with the parser; nothing if all is right."""
    begun = time.process_time()
    try:
        parser.read(content)
        read = True
    except parser.refusals as refusal:
        read = False
        if not getattr(refusal, "remedy", ""):
            return False, "a refusal without a remedy"
    except BaseException as error:  # noqa: BLE001 - anything else is what is looked for
        return False, f"{type(error).__name__}: {error}"[:200]
    took = time.process_time() - begun
    return read, f"{took:.1f} s of processor" if took > ENOUGH else ""


def bound_memory() -> None:
    """Have this process fail when it takes more."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
