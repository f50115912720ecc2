"""Write entries for the texts that have no Czech yet: `python -m tests.texts.untranslated [PACKAGE ...]`."""

import sys
from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from tests.texts.stored_texts import stored_texts
from tests.texts.text_sites import COVERED
from texts.language import Language
from texts.template import Template, is_count
from texts.templates import templates


def untranslated(covered: tuple[str, ...] = COVERED) -> Iterator[tuple[str, str]]:
    """The texts of packages that no catalogue has, each with the place where it is made."""
    known = {each.literals for each in templates(Language.CZECH)}
    yield from ((text, place) for text, place in stored_texts(covered).items() if Template(text).literals not in known)


def catalogue_of(found: Iterator[tuple[str, str]]) -> Catalog:
    """Empty entries, with the forms of a plural where a count is in the text."""
    catalogue = Catalog(locale="cs", header_comment="")
    for text, place in found:
        file, line = place.rsplit(":", 1)
        key = (text, text) if any(map(is_count, Template(text).names)) else text
        catalogue.add(key, locations=[(file, int(line))])
    return catalogue


if __name__ == "__main__":
    write_po(sys.stdout.buffer, catalogue_of(untranslated(tuple(sys.argv[1:]) or COVERED)), omit_header=True, width=0)
