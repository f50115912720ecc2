"""The ledger of inputs that once found a defect, with their bytes: what a number draws changes with the mutations."""

import base64
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.judging import judge
from tests.fuzz.parsers import PARSERS

LEDGER = Path(__file__).with_name("finds.toml")


@dataclass(frozen=True)
class Entry:
    """A find of old: its parser, its bytes (zlib, Base64), what was wrong, and the test that pins it."""

    parser: str
    packed: str
    found: str
    pinned_by: str

    @property
    def content(self) -> bytes:
        """The input."""
        return zlib.decompress(base64.b64decode(self.packed))


def entries() -> tuple[Entry, ...]:
    """Every find."""
    return tuple(Entry(**entry) for entry in tomllib.loads(LEDGER.read_text()).get("find", ()))


def again() -> Iterator[tuple[Entry, str]]:
    """Each find played again, and what is wrong with its parser now."""
    parsers = {parser.name: parser for parser in PARSERS}
    for entry in entries():
        yield entry, judge(parsers[entry.parser], entry.content)[1]
