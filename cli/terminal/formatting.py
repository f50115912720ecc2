"""How the command line writes things: JSON as it came, tables, spans and instants."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TextIO

from pydantic import TypeAdapter
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from cli.language.wording import _, in_use, recognised, word
from rotation.text.plain_text import visible, visible_json
from texts.language import Language

_WIDE = 240


class PlainConsole(Console):
    """The edge to the terminal: what others have written is shown, and steers nothing. Styles are our own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """All that is written comes by here."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(visible(part.text), part.style)


def _width(stream: TextIO) -> int | None:
    """In a file or a pipe nothing need be cut to a screen's width."""
    return None if stream.isatty() or "COLUMNS" in os.environ else _WIDE


OUT, ERRORS = PlainConsole(width=_width(sys.stdout)), PlainConsole(stderr=True, width=_width(sys.stderr))
_SPAN = TypeAdapter(timedelta)
_INSTANT = TypeAdapter(datetime)
_UNITS = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("min", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)


def say_json(document: Any) -> None:
    """The document, as a program reads it."""
    written = visible_json(json.dumps(document, indent=2, ensure_ascii=False))
    OUT.print(written, highlight=False, markup=False, soft_wrap=True)


def say(text: str) -> None:
    """A line; what others wrote is not taken for markup."""
    OUT.print(text, highlight=False, markup=False, soft_wrap=True)


def say_error(text: str) -> None:
    """A line on standard error."""
    ERRORS.print(text, highlight=False, markup=False, soft_wrap=True)


def say_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table."""
    OUT.print(table(title, columns, rows))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table, to be printed or kept up to date."""
    made = Table(*columns, title=escape(title) or None, title_justify="left")
    for row in rows:
        made.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    return made


def step_of(shown: dict[str, Any]) -> str:
    """Where a rotation stands in its plan; nothing before it begins and after it has ended."""
    if shown["step_index"] >= shown["step_count"]:
        return ""
    return f"{shown['step_index'] + 1}/{shown['step_count']} {shown['step_number']} {shown['step_title']}"


def span(text: str | None) -> str:
    """An ISO 8601 duration as people say it: `P1DT2H` is `1 d 2 h`."""
    return "" if text is None else length(_SPAN.validate_python(text))


def length(of: timedelta) -> str:
    """A length of time as people say it, in its two largest units."""
    left, parts = of, []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def instant(text: str | None) -> str:
    """An instant in local time."""
    return local(_INSTANT.validate_python(text)) if text else ""


def local(at: datetime) -> str:
    """The same of a time."""
    at = at.astimezone()
    if in_use() is Language.ENGLISH:
        return f"{at:%Y-%m-%d %H:%M:%S}"
    return f"{at.day}. {at.month}. {at.year} {at:%H:%M:%S}"


def findings(items: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Findings as rows of a table."""
    return [(word(item["severity"]), item["subject"], recognised(item["message"])) for item in items]


def say_findings(items: Iterable[dict[str, Any]]) -> None:
    """Findings with all that they tell; nothing where there is none."""
    rows = [
        (word(item["severity"]), item["code"], item["subject"], recognised(item["message"]), recognised(item["remedy"]))
        for item in items
    ]
    if rows:
        say_table("", (_("severity"), _("code"), _("subject"), _("message"), _("what to do")), rows)
