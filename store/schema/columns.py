"""Column types of ours: instants that are always aware, and values kept as JSON text."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NaiveInstantError(ValueError, DontWrapMixin):
    """A datetime without a time zone was to be stored: its moment is unknown."""


def to_microseconds(at: datetime) -> int:
    """`at` as microseconds since 1970 in UTC.

    Raises:
        NaiveInstantError: when `at` has no time zone.
    """
    if at.tzinfo is None:
        raise NaiveInstantError(f"{at.isoformat()} has no time zone; give an aware datetime")
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The aware UTC datetime of `count`."""
    return _EPOCH + timedelta(microseconds=count)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as integer microseconds: exact, sortable, the same on every database."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, unreadable: datetime | None = None) -> None:
        """A column of times. What is none, or is too far, is `unreadable`; without that it is an error."""
        super().__init__()
        self.unreadable = unreadable

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Microseconds; refuses a naive datetime."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """An aware UTC datetime."""
        try:
            return None if value is None else from_microseconds(value)
        except (TypeError, OverflowError):
            if self.unreadable is None:
                raise
            return self.unreadable


class ReadableText(TypeDecorator[str]):
    """Text. Bytes, which SQLite keeps in any column, are read as text too."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text; what is no UTF-8 in it is replaced."""
        return value.decode(errors="replace") if isinstance(value, bytes) else value


class Document(TypeDecorator[Any]):
    """A value of the domain as JSON text. Values are frozen, so there is nothing to track."""

    impl = Text
    cache_ok = True

    def __init__(self, of: Any, unreadable: Any = None) -> None:
        """A column of values of type `of`. What cannot be read is `unreadable`; without that it is an error."""
        super().__init__()
        self.of, self._unreadable = of, unreadable
        self._adapter: TypeAdapter[Any] = TypeAdapter(of)

    def text(self, value: Any) -> str:
        """The JSON text of a value."""
        return self._adapter.dump_json(value).decode()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The JSON text."""
        return None if value is None else self.text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """The value again, validated."""
        if value is None:
            return None
        try:
            return self._adapter.validate_json(value)
        except ValidationError:
            if self._unreadable is None:
                raise
            return self._unreadable
