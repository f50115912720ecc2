"""Lengths of time as people give them: ISO 8601 text and nothing that only looks like it, within bounds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

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


Span = Annotated[timedelta, BeforeValidator(_only_iso)]
"""A length of time; each field adds its bounds."""
UpToADay = Annotated[Span, Field(ge=timedelta(0), le=timedelta(days=1))]
UpToAYear = Annotated[Span, Field(ge=timedelta(0), le=YEAR)]
UpToTenYears = Annotated[Span, Field(ge=timedelta(0), le=10 * YEAR)]


def before(at: datetime, span: timedelta) -> datetime:
    """`span` before `at`, or the first moment that there is: a certificate may have ended at any date."""
    return at - min(span, at - _FIRST)
