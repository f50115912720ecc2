"""Pages of long lists: a cursor says after which row to go on, so rows added meanwhile shift nothing."""

import base64
import json
from typing import Generic, TypeVar

from rotation.values import Value
from store.fault import StoreFault

Item = TypeVar("Item")
MOST = 1000
"""The longest page."""


class BadCursor(StoreFault):
    """A cursor that this list did not give out."""


class Page(Value, Generic[Item]):
    """Part of a list; `cursor` asks for the next part and is None after the last."""

    items: tuple[Item, ...]
    cursor: str | None = None


def write_cursor(*place: str | int) -> str:
    """An opaque cursor for the row at `place`."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *form: type[str] | type[int]) -> tuple[str | int, ...]:
    """The place that `cursor` stands for, of types `form`.

    Raises:
        BadCursor: when it is none of ours.
    """
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        place = None
    if not isinstance(place, list) or [type(part) for part in place] != list(form):
        raise BadCursor("the cursor is not one of this list; begin again without it")
    return tuple(place)


def page_size(limit: int) -> int:
    """`limit`, within what one page may hold."""
    return max(1, min(limit, MOST))
