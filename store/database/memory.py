"""A database in this process's memory, for a simulation: the real tables and statements, gone when it is closed.

One connection serves everything, in the thread of its caller, and nothing ever waits: a simulation is one coroutine,
and a thread or a greenlet for each statement would cost more than the statement: over the ordinary database, on a RAM
disk, 12 drawn sites take five times as much of the processor.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from sqlalchemy import URL, Connection, Engine, Executable, NullPool, StaticPool, create_engine
from sqlalchemy.orm import Session

from store.database import migration
from store.database.built_once import Runner

_STATEMENTS = 1024
"""How many the driver keeps prepared: more than a simulation uses."""


class MemorySessions:
    """Makes the sessions of one database in memory."""

    def __init__(self) -> None:
        self._kept = _engine().connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = _driver(self._kept)
        rows = DirectConnection(self._kept, Runner(self._connection))
        self.reading = MemoryReader(rows)
        self.writing = Writing(rows, self._connection)

    @property
    def url(self) -> URL:
        """What the database is called."""
        return _engine().url

    @asynccontextmanager
    async def read(self) -> AsyncIterator["DirectSession"]:
        """A session that reads. No other session can write meanwhile: there is one coroutine."""
        with Session(self._kept, expire_on_commit=False, autoflush=False) as session:
            yield DirectSession(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator["DirectSession"]:
        """A session whose block is written as a whole or not at all."""
        with Session(self._kept, expire_on_commit=False) as session:
            async with self.writing:
                yield DirectSession(session)
                session.flush()

    def close(self) -> None:
        """Drop the database."""
        self._kept.close()


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

    def __init__(self, connection: Connection, runner: Runner) -> None:
        self._connection, self._runner = connection, runner

    async def execute(self, statement: Executable, given: Any = None) -> Any:
        """As `AsyncConnection.execute`."""
        return self._run(statement, given)

    async def scalar(self, statement: Executable, given: Any = None) -> Any:
        """As `AsyncConnection.scalar`."""
        return next(iter(self._run(statement, given).scalars()), None)

    async def scalars(self, statement: Executable, given: Any = None) -> Any:
        """As `AsyncConnection.scalars`."""
        return self._run(statement, given).scalars()

    @asynccontextmanager
    async def stream(self, statement: Executable, given: Any = None) -> AsyncIterator["_Stream"]:
        """As `AsyncConnection.stream`."""
        yield _Stream(self._run(statement, given))

    def _run(self, statement: Executable, given: Any) -> Any:
        found = self._runner.run(statement, given)
        return self._connection.execute(statement, given) if found is None else found


class MemoryReader:
    """The one connection, for statements that read. There is nothing to open or to close."""

    def __init__(self, rows: DirectConnection) -> None:
        self._rows = rows

    async def __aenter__(self) -> DirectConnection:
        return self._rows

    async def __aexit__(self, *_: object) -> None:
        pass


class Writing:
    """The one connection in a transaction: what is written within is written as a whole or not at all."""

    def __init__(self, rows: DirectConnection, driver: sqlite3.Connection) -> None:
        self._rows, self._driver = rows, driver

    async def __aenter__(self) -> DirectConnection:
        self._driver.execute("BEGIN")
        return self._rows

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._driver.execute("COMMIT" if kind is None else "ROLLBACK")


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
    engine = create_engine("sqlite://", poolclass=StaticPool)
    migration.apply(engine)
    with engine.connect() as connection:
        made: bytes = _driver(connection).serialize()
    engine.dispose()
    return made


@cache
def _engine() -> Engine:
    """One for all databases of a process, because it keeps what it has compiled; each connection is a database."""
    return create_engine("sqlite://", creator=_database, poolclass=NullPool)


def _database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS)
    made.deserialize(_template())
    made.execute("PRAGMA foreign_keys = ON")
    return made


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"{driver!r} is no connection of sqlite3")
    return driver
