"""The templates that stored English texts are made of: the keys of their catalogues."""

from collections.abc import Sequence
from functools import cache

from babel.messages.pofile import read_po

from texts.catalogue import FOLDER
from texts.language import Language
from texts.template import Template

CATALOGUES = (
    "activities",
    "api",
    "certificates",
    "earlier",
    "edges",
    "engine",
    "findings",
    "pydantic",
    "sepm",
    "simulation",
    "service",
    "store",
    "workflows",
)
"""The catalogues of stored texts. Texts of the others are translated when they are made, and nothing stores them.

`earlier` has those that the code makes no more, and that rotations of earlier releases have stored; `pydantic` those
that pydantic makes."""


@cache
def templates(language: Language) -> tuple[Template, ...]:
    """Every template that has a translation in the language."""
    found: list[Template] = []
    for name in CATALOGUES:
        with (FOLDER / language.value / f"{name}.po").open("rb") as source:
            found += (_template(each.id) for each in read_po(source, locale=language.value) if each.id)
    return tuple(found)


def _template(key: str | Sequence[str]) -> Template:
    return Template(key) if isinstance(key, str) else Template(key[0], inflected=True)
