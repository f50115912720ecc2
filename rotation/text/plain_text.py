"""Names and reasons of others as text that can only be read: they steer no terminal, are no markup and no formula."""

import html
import json
import re
import unicodedata
from collections.abc import Callable

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control characters, those that change the direction or are not seen, halves of characters, Unicode's line ends."""
_HARMLESS = frozenset("\n\t\u200c\u200d")
"""Ends of lines and tabs, and the joiners that some scripts and pictures need."""
_MARKDOWN = re.compile(r"[`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])|\\(?=[!-/:-@\[-`{-~]|$)")
_BEGINNING = re.compile(r"\s*(?:[#+=:-]|\d+(?=[.)]))")
_FORMULA = ("=", "+", "-", "@")


def visible(text: str) -> str:
    r"""The text with what has an effect in place of a look spelled out: `\x1b`, `\u202e`."""
    return _spelled(text, lambda each: each.encode("unicode_escape").decode())


def visible_json(written: str) -> str:
    """JSON with the same characters as its own escapes: it means what it meant."""
    return _spelled(written, lambda each: json.dumps(each)[1:-1])


def markdown(text: str) -> str:
    """One line of Markdown that shows the text as it is; HTML in it, which the Temporal UI would render, is escaped."""
    line = visible(" ".join(text.split()))
    escaped = html.escape(_MARKDOWN.sub(r"\\\g<0>", line), quote=False)
    if (begins := _BEGINNING.match(escaped)) is None:
        return escaped
    if begins[0].strip().isdecimal():  # the number of a list
        return f"{begins[0]}\\{escaped[begins.end() :]}"
    return f"\\{escaped.lstrip()}"


def cell(text: str) -> str:
    """A field of a CSV that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def of_cell(field: str) -> str:
    """What `cell` was made of."""
    return field[1:] if field.startswith("'") and field.lstrip("'").startswith(_FORMULA) else field


def _spelled(text: str, spell: Callable[[str], str]) -> str:
    if text.isprintable():
        return text
    unseen = (each not in _HARMLESS and unicodedata.category(each) in _UNSEEN for each in text)
    return "".join(spell(each) if hidden else each for each, hidden in zip(text, unseen, strict=True))
