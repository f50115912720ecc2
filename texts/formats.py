"""How a language writes times, dates, spans and numbers. Times are in UTC, and say so."""

from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime
from babel.numbers import format_decimal

from rotation.text.sentence import Sentence
from rotation.text.written_values import span_parts
from texts.catalogue import Translator
from texts.language import Language

_TIMES = {Language.ENGLISH: "y-MM-dd HH:mm 'UTC'", Language.CZECH: "d. M. y HH:mm 'UTC'"}
_DATES = {Language.ENGLISH: "y-MM-dd", Language.CZECH: "d. M. y"}


def instant(at: datetime, by: Translator) -> str:
    """A time to the minute."""
    return format_datetime(at.astimezone(UTC), _TIMES[by.language], locale=by.language.value)


def day(at: datetime, by: Translator) -> str:
    """A date."""
    return format_datetime(at.astimezone(UTC), _DATES[by.language], locale=by.language.value)


def month(at: datetime, by: Translator) -> str:
    """A month with its year."""
    return format_datetime(at.astimezone(UTC), "LLLL y", locale=by.language.value)


def number(count: float, by: Translator) -> str:
    """A number."""
    return format_decimal(count, locale=by.language.value)


def span(of: timedelta, by: Translator) -> str:
    """A length of time in its two largest units."""
    return " ".join(_counted(each, by) for each in span_parts(of))


def _counted(of: Sentence, by: Translator) -> str:
    return by.counted(of.text, of.many, of.count, count=number(of.count, by))
