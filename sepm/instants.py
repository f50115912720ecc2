"""How SEPM writes moments: epoch milliseconds in payloads, RFC 9110 dates in headers."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def from_epoch_ms(milliseconds: int) -> datetime:
    """The moment that lies `milliseconds` after the epoch, exact (no float in between)."""
    return _EPOCH + milliseconds * _MILLISECOND


def to_epoch_ms(at: datetime) -> int:
    """Whole milliseconds from the epoch to `at`, cut."""
    return (at - _EPOCH) // _MILLISECOND


@lru_cache(maxsize=256)  # several answers come within a second, and the header tells no more
def from_date_header(value: str | None) -> datetime | None:
    """The moment of a `Date` header, to the second; None where there is none or it is malformed."""
    if not value:
        return None
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    # RFC 9110 dates are always GMT; "-0000" parses as naive
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
