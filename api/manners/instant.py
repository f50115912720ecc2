"""Moments as callers write them: RFC 3339, with a zone. pydantic alone would take a number for seconds since 1970."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")


def _written(value: object) -> object:
    if isinstance(value, str) and not _FORM.match(value):
        raise ValueError("it is no moment: write it as RFC 3339 does, e.g. 2026-03-01T08:00:00Z")
    if isinstance(value, int | float):
        raise ValueError("a number is no moment: write it as RFC 3339 does, e.g. 2026-03-01T08:00:00Z")  # noqa: TRY004 - pydantic's
    return value


def _in_utc(value: datetime) -> datetime:
    """The moment, where a year from 1 to 9999 has it in UTC too: every text and the store have it so."""
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is no moment of the years 1 to 9999 in UTC: correct its year") from None
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""A moment in a request."""
