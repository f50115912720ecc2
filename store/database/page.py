"""Pages of lists: a cursor says behind which row the next page begins, so rows added meanwhile shift nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Integer, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from rotation.values import Value
from store.database.database import Database
from store.fault import StoreFault
from store.schema.columns import Instant, from_microseconds, to_microseconds

Item = TypeVar("Item")
MOST = 1000
"""The longest page."""
LARGEST_NUMBER = (1 << 31) - 1
"""The largest number that a row of a list has: PostgreSQL refuses a larger one."""


class BadCursor(StoreFault):
    """A cursor that this list did not give out."""


class Page(Value, Generic[Item]):
    """Part of a list; `cursor` asks for the next part and is None after the last."""

    items: tuple[Item, ...]
    cursor: str | None = None


class PageRequest(NamedTuple):
    """Which part of a list is wanted."""

    limit: int = 50
    cursor: str | None = None

    @property
    def size(self) -> int:
        """How many items the page has at most."""
        return page_size(self.limit)


FIRST_PAGE = PageRequest()


class ListOrder(NamedTuple):
    """The order of a list: by columns that are never null, of which no two rows have the same values."""

    name: str
    """A cursor of another list is refused by it."""
    columns: tuple[InstrumentedAttribute[Any], ...]
    falls: bool = False
    """Whether the largest come first. It holds for all columns, so that one index serves them."""

    def of(self, subject: str) -> "ListOrder":
        """The order of the list that one subject has: a cursor of another's list is refused by it."""
        return self._replace(name=f"{self.name}/{subject}")

    def behind(self, wanted: Select[*tuple[Any, ...]], asked: PageRequest) -> Select[*tuple[Any, ...]]:
        """The rows of a page and one more, each with its place behind its own columns.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        ways = [each.desc() if self.falls else each.asc() for each in self.columns]
        rows = wanted.add_columns(*self.columns).order_by(*ways).limit(asked.size + 1)
        if asked.cursor is None:
            return rows
        given = read_cursor(asked.cursor, self.name, len(self.columns))
        pairs = zip(given, self.columns, strict=True)
        place, last = tuple_(*self.columns), tuple_(*[literal(_value(text, of), of.type) for text, of in pairs])
        return rows.where(place < last if self.falls else place > last)


async def read_page(
    database: Database,
    wanted: Select[*tuple[Any, ...]],
    order: ListOrder,
    asked: PageRequest,
    item: Callable[..., Item],
) -> Page[Item]:
    """A page of what `wanted` selects; `item` makes each of what was selected of a row.

    Raises:
        BadCursor: when the cursor is not one of this list.
    """
    behind, width = order.behind(wanted, asked), len(order.columns)
    async with database.read() as session:
        rows = (await session.execute(behind)).all()
        items = tuple([item(*row[:-width]) for row in rows[: asked.size]])
    if len(rows) <= asked.size:
        return Page(items=items)
    return Page(items=items, cursor=write_cursor(order.name, *rows[asked.size - 1][-width:]))


def page_of(items: Sequence[Item], name: str, asked: PageRequest) -> Page[Item]:
    """A page of what is kept in one piece, and never changes under its `name`.

    Raises:
        BadCursor: when the cursor is not one of this list.
    """
    begin = 0
    if asked.cursor is not None:
        (begin,) = read_cursor(asked.cursor, name, 1)
        if not isinstance(begin, int) or not 0 <= begin <= len(items):
            raise _bad()
    end = begin + asked.size
    more = end < len(items)
    return Page(items=tuple(items[begin:end]), cursor=write_cursor(name, end) if more else None)


def write_cursor(name: str, *place: str | int | datetime) -> str:
    """An opaque cursor for the row at `place` of a list."""
    values = [to_microseconds(each) if isinstance(each, datetime) else each for each in place]
    return base64.urlsafe_b64encode(json.dumps([name, *values]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, name: str, count: int) -> list[Any]:
    """The `count` values that a cursor of the list `name` stands for.

    Raises:
        BadCursor: when it is none of this list.
    """
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or place[:1] != [name] or len(place) != count + 1:
        raise _bad()
    return place[1:]


def page_size(limit: int) -> int:
    """`limit`, within what one page may hold."""
    return max(1, min(limit, MOST))


def _value(given: object, column: InstrumentedAttribute[Any]) -> object:
    """What a cursor has for a column: of its type, and of a size that each database takes."""
    kind = column.type
    if isinstance(kind, Integer | Instant):
        largest = (1 << 63) - 1 if isinstance(kind, BigInteger | Instant) else LARGEST_NUMBER
        if type(given) is not int or abs(given) > largest:
            raise _bad()
        if not isinstance(kind, Instant):
            return given
        try:
            return from_microseconds(given)
        except OverflowError:
            raise _bad() from None
    if not isinstance(given, str) or "\0" in given or not _is_utf8(given):
        raise _bad()
    return given


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bad() -> BadCursor:
    return BadCursor("the cursor is not one of this list; begin again without it")
