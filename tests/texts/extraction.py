"""Every text of the product that has a translation: as the code, the templates and the tables have it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_file

from rotation.running.waits.of_attention import ATTENTION, OTHER

HOME = Path(__file__).parents[2]
_PYTHON = (
    "rotation/running/waits",
    "rotation/originals",
    "rotation/plan",
    "rotation/proof",
    "rotation/text",
    "texts",
    "api/calendar",
    "api/pages",
)
_WORDS = {"sentence": None, "counted": (1, 2), "_": None, "ngettext": (1, 2)}
Text = str | tuple[str, ...]


@cache
def texts() -> dict[Text, str]:
    """By text, or by both forms of one that follows a count: a file that has it."""
    found = dict.fromkeys((*ATTENTION.values(), OTHER), "rotation/running/waits/of_attention.py")
    return found | {text: file.relative_to(HOME).as_posix() for file, text in _extracted()}


def _extracted() -> Iterator[tuple[Path, Text]]:
    for room in _PYTHON:
        for file in sorted((HOME / room).rglob("*.py")):
            yield from ((file, each[1]) for each in extract_from_file("python", file, keywords=_WORDS))
    for file in sorted((HOME / "api/pages").rglob("*.html")):
        found = extract_from_file("jinja2.ext:babel_extract", file, keywords=_WORDS, options={"encoding": "utf-8"})
        yield from ((file, each[1]) for each in found)
