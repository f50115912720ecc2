"""The Czech catalogue: nothing untranslated, nothing left over, the same values, three plurals."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from tests.texts.extraction import Text, texts
from texts.catalogue import FOLDER, translator
from texts.language import Language

OURS = ("cards.po", "forms.po", "pages.po", "trail.po", "units.po", "waits.po")
VALUES = re.compile(r"%\(\w+\)s")


def entries() -> Iterator[Message]:
    """Every entry of the Czech catalogues of pages and sentences."""
    for name in OURS:
        file = Path(FOLDER / "cs" / name)
        if file.exists():
            with file.open("rb") as source:
                yield from (each for each in read_po(source, locale="cs") if each.id)


def czech() -> dict[Text, Text]:
    """The translations by text."""
    return {_text(each.id): _text(each.string) for each in entries() if not each.fuzzy}


def _text(of: object) -> Text:
    assert isinstance(of, str | tuple)
    return of


def test_no_text_is_untranslated():
    """Each text of the code and of the templates has its Czech one."""
    known = czech()
    assert {text: file for text, file in texts().items() if not known.get(text) or not all(known[text])} == {}
    assert len(texts()) > 80


def test_no_translation_is_left_over():
    """A translation whose English text is gone goes, too."""
    known = texts()
    assert [each.id for each in entries() if each.id not in known] == []


def test_translations_have_the_values_of_their_texts():
    """A name, a number or a date that the English text shows is shown in Czech, and no other one."""
    wrong = []
    for text, translated in czech().items():
        wanted = set(VALUES.findall(text if isinstance(text, str) else text[1]))
        forms = (translated,) if isinstance(translated, str) else translated
        wrong += [each for each in forms if set(VALUES.findall(each)) != wanted]
    assert wrong == []


def test_a_percent_sign_is_a_value_or_doubled():
    """A text that is formatted has no stray percent sign."""
    for each in (*czech(), *czech().values()):
        for text in (each,) if isinstance(each, str) else each:
            assert "%" not in VALUES.sub("", text), text


@pytest.mark.parametrize(("count", "text"), [(1, "1 den"), (2, "2 dny"), (4, "4 dny"), (5, "5 dní"), (0, "0 dní")])
def test_three_plurals(count, text):
    """Czech has a form for one, for two to four, and for the others."""
    by = translator(Language.CZECH)
    assert by.counted("%(count)s day", "%(count)s days", count) == text


def test_plurals_have_three_forms():
    """Each text that follows a count has all of them."""
    assert [text for text, translated in czech().items() if isinstance(text, tuple) and len(translated) != 3] == []


def test_a_text_without_translation_stays_english():
    """An unknown text is shown as it is, with its values."""
    assert translator(Language.CZECH)("Unknown %(what)s", what="thing") == "Unknown thing"
