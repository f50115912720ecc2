"""English without a catalogue: the same as with one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rotation.text.english import in_english
from rotation.text.sentence import counted, sentence
from texts.catalogue import translator
from texts.language import Language
from texts.writing import written

PRAGUE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (sentence("100 % done"), "100 % done"),
        (sentence("%(count)s of %(all)s", count=0, all=1_234_567), "0 of 1,234,567"),
        (sentence("at %(at)s", at=datetime(2026, 5, 1, 0, 59, 59, tzinfo=PRAGUE)), "at 2026-04-30 23:59 UTC"),
        (sentence("at %(at)s", at=datetime(2026, 12, 31, 8, tzinfo=UTC)), "at 2026-12-31 08:00 UTC"),
        (counted("%(count)s client", "%(count)s clients", 1), "1 client"),
        (counted("%(count)s client", "%(count)s clients", 0), "0 clients"),
        (
            counted("%(count)s client of %(who)s", "%(count)s clients of %(who)s", 1000, who="ann\x1b"),
            "1,000 clients of ann\\x1b",
        ),
        (sentence("%(who)s waits", who="é" * 300), f"{'é' * 119}… waits"),
    ],
)
def test_it_is_what_the_catalogue_writes(of, text):
    """Numbers, times of other zones, counts, names that steer, and names that are too long."""
    assert in_english(of) == written(of, translator(Language.ENGLISH)) == text
