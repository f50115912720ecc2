"""Moments as SEPM keeps them: epoch milliseconds inside, aware `datetime` and `timedelta` at every public edge."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

FAR_FUTURE = 2**62
"""A moment after every other."""


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The moment of epoch milliseconds, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def span_ms(span: timedelta) -> int:
    """A span in milliseconds."""
    return span // _MILLISECOND
