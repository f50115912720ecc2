"""Moments in exports of the console, in the form and time zone of its user, which the file does not state.

An administrator declares a form that can be read in two ways; the reader never guesses it.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from sepm.instants import from_epoch_ms


class DateOrder(StrEnum):
    """In which order a date's numbers stand."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class UnclearDateError(ValueError):
    """A text that is no moment, or may be several: `str` says which."""


_NEVER = frozenset({"", "-", "--", "n/a", "na", "never", "none", "unknown", "null"})
_EPOCH = re.compile(r"\d{13}\Z")
_TIME = r"[ T,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,:](\d{1,6}))?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z"
_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})" + _TIME)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})" + _TIME)
_DAY_FIRST = re.compile(r"(\d{1,2})[- .]+([A-Za-z]{3})[a-z]*[- .]+(\d{4})" + _TIME)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 64
_YEAR_DIGITS = 4
_NOON = 12


def moment(text: str, *, order: DateOrder | None, zone: ZoneInfo | None) -> datetime | None:
    """The moment that `text` spells, in UTC; None where it says that there was none.

    An hour that the clocks show twice in autumn counts as the first: a client seen then counts as seen earlier.

    Args:
        text: of one field.
        order: as declared; None where it is not.
        zone: the time zone of the console, as declared.

    Raises:
        UnclearDateError: says what is wrong, or what has to be declared.
    """
    text = text.strip()
    if text.casefold() in _NEVER:
        return None
    if len(text) > _LONGEST:
        raise UnclearDateError("it is too long for a time")
    if _EPOCH.match(text):
        return from_epoch_ms(int(text))
    year, month, day, clock = _date(text, order)
    try:
        return _in_utc(datetime(year, month, day), clock, zone, text)  # noqa: DTZ001 - its zone is added there
    except (ValueError, OverflowError) as error:
        if isinstance(error, UnclearDateError):
            raise
        raise UnclearDateError(f"{text!r} is no real time; check the declared order of day and month") from error


def _date(text: str, order: DateOrder | None) -> tuple[int, int, int, tuple[str | None, ...]]:
    if found := _NUMBERS.match(text):
        first, _, second, third, *clock = found.groups()
        return (*_numbers(text, (first, second, third), order), tuple(clock))
    if found := _MONTH_FIRST.match(text):
        name, day, year, *clock = found.groups()
    elif found := _DAY_FIRST.match(text):
        day, name, year, *clock = found.groups()
    else:
        raise UnclearDateError(f"{text!r} is no date with a time of a form that is known here")
    if name.casefold() not in _MONTHS:
        raise UnclearDateError(f"{text!r} names no month in English")
    return int(year), _MONTHS.index(name.casefold()) + 1, int(day), tuple(clock)


def _numbers(text: str, parts: tuple[str, str, str], order: DateOrder | None) -> tuple[int, int, int]:
    first, second, third = parts
    if len(first) == _YEAR_DIGITS:
        return int(first), int(second), int(third)
    if len(third) != _YEAR_DIGITS or len(first) > 2:  # noqa: PLR2004 - a day or a month
        raise UnclearDateError(f"the year of {text!r} does not have four digits")
    if order is None:
        raise UnclearDateError(f"{text!r} has day and month in an order that is not declared")
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return int(third), int(month), int(day)


def _in_utc(date: datetime, clock: tuple[str | None, ...], zone: ZoneInfo | None, text: str) -> datetime:
    hour, minute, second, fraction, half, offset = clock
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= _NOON:
            raise UnclearDateError(f"{text!r} is no time by a clock of twelve hours")
        hours = hours % _NOON + (_NOON if half[0] in "pP" else 0)
    micro = int((fraction or "0").ljust(6, "0"))
    local = date.replace(hour=hours, minute=int(minute or 0), second=int(second or 0), microsecond=micro)
    if offset:
        return local.replace(tzinfo=_offset(offset)).astimezone(UTC)
    if zone is None:
        raise UnclearDateError(f"the time zone of {text!r} is not declared")
    aware = local.replace(tzinfo=zone)
    if aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise UnclearDateError(f"no clock of {zone.key} has ever shown {text!r}: it is another time zone")
    return aware.astimezone(UTC)


def _offset(text: str) -> timezone:
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-ahead if text[0] == "-" else ahead)
