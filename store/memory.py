"""A database in this process's memory, for a simulation: the real tables and statements, gone when it is closed.

One connection serves everything, in the thread of its caller, and nothing ever waits: a simulation is one coroutine,
and a thread or a greenlet for each statement would cost more than the statement.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine
from sqlalchemy.orm import Session

from store import migration


class MemorySessions:
    """Makes the sessions of one database in memory."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.deserialize(_template())
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._engine = _over(self._connection)
        self._kept = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.rows = DirectConnection(self._kept)
        """The one connection."""

    @property
    def url(self) -> URL:
        """What the database is called."""
        return self._engine.url

    @asynccontextmanager
    async def read(self) -> AsyncIterator["DirectSession"]:
        """A session that reads. Nobody else can write meanwhile: there is one coroutine."""
        with Session(self._kept, expire_on_commit=False, autoflush=False) as session:
            yield DirectSession(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator["DirectSession"]:
        """A session whose block is written as a whole or not at all."""
        with Session(self._kept, expire_on_commit=False) as session, self.transaction():
            yield DirectSession(session)
            session.flush()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written within is written as a whole or not at all."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Drop the database."""
        self._kept.close()
        self._engine.dispose()
        self._connection.close()


class DirectSession:
    """What the repositories use of an `AsyncSession`, over a session that is at once ready."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.add = session.add
        self.add_all = session.add_all
        self.get_bind = session.get_bind

    async def execute(self, *args: Any, **options: Any) -> Any:
        """As `AsyncSession.execute`."""
        return self._session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        """As `AsyncSession.scalar`."""
        return self._session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        """As `AsyncSession.scalars`."""
        return self._session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        """As `AsyncSession.get`."""
        return self._session.get(*args, **options)

    async def flush(self) -> None:
        """As `AsyncSession.flush`."""
        self._session.flush()


class DirectConnection:
    """What the repositories use of an `AsyncConnection`, over a connection that is at once ready."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, *args: Any, **options: Any) -> Any:
        """As `AsyncConnection.execute`."""
        return self._connection.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        """As `AsyncConnection.scalar`."""
        return self._connection.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        """As `AsyncConnection.scalars`."""
        return self._connection.scalars(*args, **options)

    @asynccontextmanager
    async def stream(self, *args: Any, **options: Any) -> AsyncIterator["_Stream"]:
        """As `AsyncConnection.stream`."""
        yield _Stream(self._connection.execute(*args, **options))


class _Stream:
    """The rows of a statement, some at a time."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    async def partitions(self) -> AsyncIterator[Any]:
        """As `AsyncResult.partitions`."""
        for part in self._rows.partitions():
            yield part


@cache
def _template() -> bytes:
    """The bytes of a migrated database: made once, since the migrations cost more than a whole small simulation."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migration.apply(_over(connection))
    made = connection.serialize()
    connection.close()
    return made


def _over(connection: sqlite3.Connection) -> Engine:
    return create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
