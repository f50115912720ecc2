"""How a language writes sentences, times, dates, spans and numbers. Times are in UTC, and say so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime
from babel.numbers import format_decimal

from rotation.text.plain_text import visible
from rotation.text.sentence import Sentence, SentenceValue, counted
from texts.catalogue import Translator
from texts.language import Language

LONGEST = 240
"""Characters of a sentence, by what a phone shows and a message carries."""
_NAMES = (240, 120, 90, 60, 40, 25, 15, 8)
"""Characters that each name in a sentence may have, until the sentence is short enough."""
_TIMES = {Language.ENGLISH: "y-MM-dd HH:mm 'UTC'", Language.CZECH: "d. M. y HH:mm 'UTC'"}
_DATES = {Language.ENGLISH: "y-MM-dd", Language.CZECH: "d. M. y"}
_UNITS: tuple[tuple[int, Callable[[int], Sentence]], ...] = (
    (86400, lambda count: counted("%(count)s day", "%(count)s days", count)),
    (3600, lambda count: counted("%(count)s hour", "%(count)s hours", count)),
    (60, lambda count: counted("%(count)s minute", "%(count)s minutes", count)),
    (1, lambda count: counted("%(count)s second", "%(count)s seconds", count)),
)


def written(of: Sentence, by: Translator) -> str:
    """The sentence in a language, 240 characters at most: names in it are shortened where it would be longer."""
    text = ""
    for longest in _NAMES:
        values = {name: _value(value, by, longest) for name, value in of.values.items()}
        text = by.counted(of.text, of.many, of.count, **values) if of.many else by(of.text, **values)
        if len(text) <= LONGEST:
            break
    return text


def whole(of: Sentence, by: Translator) -> str:
    """The sentence in a language, whatever its length: a name in it is to be copied."""
    return by(of.text, **{name: visible(str(value)) for name, value in of.values.items()})


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
    left, parts = int(of.total_seconds()), []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(written(unit(count), by))
    return " ".join(parts[:2]) or written(_UNITS[-1][1](0), by)


def _value(value: SentenceValue, by: Translator, longest: int) -> str:
    match value:
        case datetime():
            return instant(value, by)
        case int():
            return number(value, by)
        case _:
            name = visible(value)
            return name if len(name) <= longest else f"{name[: longest - 1]}…"
