"""Times and lengths of time that stand in English texts, as another language writes them."""

import re
from datetime import UTC, datetime, timedelta

from texts import formats
from texts.catalogue import Translator

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z| UTC|[+-]\d\d:\d\d)?")
_CLOCK = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.\d+)?")
"""A length of time as earlier releases have stored it."""
_UNIT = r"([\d,]+) (day|hour|minute|second)s?"
_WORDS = re.compile(f"{_UNIT}(?: {_UNIT})?")
"""As `rotation.text.written_values` has it."""


def in_language(value: str, by: Translator) -> str | None:
    """The time or length of time in the language; None where the value is neither."""
    if _TIME.fullmatch(value) and (time := _time(value.replace(" UTC", "+00:00"))) is not None:
        return _moment(value.replace(" UTC", "+00:00"), time, by)
    if found := _CLOCK.fullmatch(value):
        days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
        return formats.span(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), by)
    return _span(value, by)


def _span(value: str, by: Translator) -> str | None:
    if (found := _WORDS.fullmatch(value)) is None:
        return None
    units = zip(found.groups()[1::2], found.groups()[::2], strict=True)
    try:
        return formats.span(timedelta(**{f"{unit}s": int(count.replace(",", "")) for unit, count in units if unit}), by)
    except (OverflowError, ValueError):
        return None


def _time(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _moment(value: str, at: datetime, by: Translator) -> str:
    """A time as exact as it was written: a date, a minute or a second; its zone only where it stood in the value."""
    if len(value) == len("2026-01-31"):
        return formats.day(at.replace(tzinfo=UTC), by)
    zoned = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    seconds = f":{zoned.astimezone(UTC):%S}" if value.count(":") >= 2 + (value[-3] == ":" and value[-6] in "+-") else ""
    minute, zone = formats.instant(zoned, by).rsplit(" ", 1)
    return f"{minute}{seconds} {zone}" if at.tzinfo is not None else f"{minute}{seconds}"
