"""Lengths of time as people give them: ISO 8601 text and nothing that only looks like it, within bounds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_ISO = re.compile(r"[+-]?P(?=.)[0-9.,YMWDTHS]+", re.IGNORECASE)
_LONGEST_TEXT = 60

LONGEST_HEARTBEAT = timedelta(days=7)
"""No client of a longer heartbeat could be waited for."""
YEAR = timedelta(days=366)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def _only_iso(value: object) -> object:
    """A number or a boolean names no unit, and a clock's time is no length: only ISO 8601 says what is meant."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT and _ISO.fullmatch(value.strip()):
        return value.strip()
    raise ValueError("a length of time is ISO 8601 text, e.g. P7D or PT12H")


def iso(span: timedelta) -> str:
    """ISO 8601 without years, as RFC 3339 has it (appendix A): pydantic calls 400 days a year and 35 days."""
    sign, whole = ("-", -span) if span < timedelta(0) else ("", span)
    hours, rest = divmod(whole.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{whole.microseconds:06}".rstrip("0") if whole.microseconds else ""
    shown = ((whole.days, "D"), (hours, "H"), (minutes, "M"))
    days, *clock = [f"{number}{unit}" if number else "" for number, unit in shown]
    time = "".join((*clock, f"{seconds}{fraction}S" if seconds or fraction else ""))
    return f"{sign}P{days}{time and 'T'}{time}" if days or time else "PT0S"


Length = Annotated[
    timedelta,
    PlainSerializer(iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "duration"}),
]
"""A length of time as it is shown."""
Span = Annotated[Length, BeforeValidator(_only_iso)]
"""A length of time that people give; each field adds its bounds."""
UpToADay = Annotated[Span, Field(ge=timedelta(0), le=timedelta(days=1))]
UpToAYear = Annotated[Span, Field(ge=timedelta(0), le=YEAR)]
UpToTenYears = Annotated[Span, Field(ge=timedelta(0), le=10 * YEAR)]


def before(at: datetime, span: timedelta) -> datetime:
    """`span` before `at`, or the first moment that there is: a certificate may have ended at any date."""
    return at - min(span, at - _FIRST)
