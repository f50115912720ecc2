"""Sentences, times, numbers and spans as each language writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rotation.text.fitting import LONGEST
from rotation.text.sentence import sentence
from texts.catalogue import translator
from texts.formats import day, instant, number, span
from texts.language import Language, wanted
from texts.writing import written

ENGLISH, CZECH = translator(Language.ENGLISH), translator(Language.CZECH)
AT = datetime(2026, 3, 5, 1, 5, tzinfo=timezone(timedelta(hours=2)))


def test_times_are_in_utc():
    """A time of another zone is written in UTC, and says so."""
    assert instant(AT, ENGLISH) == "2026-03-04 23:05 UTC"
    assert instant(AT, CZECH) == "4. 3. 2026 23:05 UTC"
    assert day(AT, CZECH) == "4. 3. 2026"


def test_numbers_and_spans():
    """Thousands are apart, spans have their two largest units."""
    assert (number(12345, ENGLISH), number(12345, CZECH)) == ("12,345", "12\xa0345")
    assert span(timedelta(days=2, hours=5, minutes=3), ENGLISH) == "2 days 5 hours"
    assert span(timedelta(days=2, hours=5, minutes=3), CZECH) == "2 dny 5 hodin"
    assert span(timedelta(0), CZECH) == "0 sekund"


def test_a_long_name_is_shortened():
    """A sentence keeps to its length, whatever the names in it are; what steers a terminal is spelled out."""
    text = written(
        sentence("%(who)s holds it: %(why)s, since %(at)s.", who="a" * 300, why="\x1b[2J" * 90, at=AT), ENGLISH
    )
    assert len(text) <= LONGEST
    assert "\x1b" not in text
    assert "\\x1b[2J" in text
    assert text.endswith("since 2026-03-04 23:05 UTC.")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("cs", "cs"),
        ("cs-CZ,cs;q=0.9,en;q=0.8", "cs"),
        ("en-GB,en;q=0.9,cs;q=0.8", "en"),
        ("de, fr;q=0.9", "en"),
        ("de, cs;q=0.2, en;q=0.1", "cs"),
        ("cs;q=0, en", "en"),
        ("cs;q=x", "en"),
        ("CS", "cs"),
        ("*", "en"),
        ("en;q=0, *", "cs"),
        ("*;q=0.5, cs;q=0.1", "en"),
        ("*;q=0.1, cs;q=0.5", "cs"),
        ("cs, en", "cs"),
        ("en, cs", "en"),
        ("en;q=0, cs;q=0", "en"),
        ("cs;q=nan, en;q=0.1", "en"),
        ("cs;q=7", "en"),
        ("cs-CZ;q=0.1, en;q=0.5, cs;q=0.9", "cs"),
        ("en-GB;q=0, cs ; q=0.001", "cs"),
        (";;;,,,=" * 500, "en"),
        ("a," * 499 + "cs;q=0", "en"),
        ("a," * 490 + "cs;q=0.5" + ",b" * 500, "cs"),
        ("cs; q = 0", "en"),
        ("en; q = 0.1, cs", "cs"),
    ],
)
def test_the_wanted_language(header, language):
    """The most wanted of the languages that are there; English for all else."""
    assert wanted(header).value == language


def test_utc_is_what_it_says():
    """A time in UTC stays as it is."""
    assert instant(datetime(2026, 1, 1, tzinfo=UTC), ENGLISH) == "2026-01-01 00:00 UTC"
