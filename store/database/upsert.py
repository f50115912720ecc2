"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two places."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from store.schema.base import Base, table_of

_Item = TypeVar("_Item")
ROWS_AT_ONCE = 500
"""How many rows one statement writes, or one step of a stream reads: the loop and the lock are held only briefly."""


def insert_into(session: AsyncSession, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into the table of `row` that takes `on_conflict_...`."""
    return insert_on(row, postgres=is_postgresql(session))


def is_postgresql(session: AsyncSession) -> bool:
    """Which of the two spells a statement that is built once and kept."""
    return session.get_bind().dialect.name == "postgresql"


def insert_on(row: type[Base], *, postgres: bool) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into the table of `row` that takes `on_conflict_...`, for one of the two databases."""
    table = table_of(row)
    return postgresql.insert(table) if postgres else sqlite.insert(table)


def chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """`items` in parts that one statement takes."""
    source = iter(items)
    while chunk := list(islice(source, ROWS_AT_ONCE)):
        yield chunk
