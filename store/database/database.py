"""The database: one engine, with transactions that read and transactions that write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from store.database import migration, sqlite
from store.database.memory import MemorySessions
from store.fault import StoreFault

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


class DatabaseNotSupported(StoreFault):
    """A database URL that names neither a SQLite file nor PostgreSQL."""


class Database:
    """An open database. Sessions of it last for one transaction."""

    def __init__(self, url: URL, engine: AsyncEngine) -> None:
        self.url = url
        self._engine = engine
        # else each statement of PostgreSQL reads a state of its own
        reading = engine.execution_options(isolation_level="REPEATABLE READ") if self.is_postgresql else engine
        self._readers = async_sessionmaker(reading, expire_on_commit=False)
        self._writing = engine.execution_options(**{sqlite.WRITES: True})
        self._writers = async_sessionmaker(self._writing, expire_on_commit=False)
        # SQLite has one writer. Waiting here is fair and wakes at once; waiting in SQLite polls.
        self._turn = asyncio.Lock() if self.is_sqlite else None

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open the database of `url`; a SQLite file is made when it is not there.

        Raises:
            DatabaseNotSupported: when `url` names no SQLite file and no PostgreSQL.
        """
        parsed = _with_driver(make_url(url))
        engine = create_async_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
        database = cls(parsed, engine)
        if database.is_sqlite:
            await asyncio.to_thread(sqlite.prepare_file, database.file)
            sqlite.configure(engine.sync_engine)
        return database

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_postgresql(self) -> bool:
        """Whether it is a PostgreSQL: it spells a statement that is built once its own way."""
        return self.url.get_backend_name() == "postgresql"

    @property
    def file(self) -> Path:
        """The SQLite file.

        Raises:
            DatabaseNotSupported: when the database is no file.
        """
        if not self.is_sqlite or not self.url.database:
            raise DatabaseNotSupported("this database is no file")
        return Path(self.url.database)

    async def migrate(self) -> None:
        """Bring the tables to the newest revision. Safe when several processes start at once."""
        await asyncio.to_thread(migration.upgrade, self.url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that reads one consistent state."""
        async with self._readers() as session, session.begin():
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes: all of it when the block ends well, nothing of it otherwise. Never nest two."""
        if self._turn is None:
            async with self._writers() as session, session.begin():
                yield session
            return
        async with self._turn, self._writers() as session, session.begin():
            yield session

    def read_rows(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """As `read`, for statements over columns that are built once: no objects are made of what they find.

        What every look and every reading asks for goes this way: it costs a fifth.
        """
        return self._engine.connect()

    def write_rows(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """As `write`, for statements over columns. Never nest two."""
        return self._written_rows()

    @asynccontextmanager
    async def _written_rows(self) -> AsyncIterator[AsyncConnection]:
        if self._turn is None:
            async with self._writing.begin() as connection:
                yield connection
            return
        async with self._turn, self._writing.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


class MemoryDatabase(Database):
    """A database with all its tables that is lost when it is closed: for a simulation, never for a service."""

    def __init__(self) -> None:
        self._sessions = MemorySessions()
        self.url = self._sessions.url

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """As of a file."""
        async with self._sessions.read() as session:
            yield cast("AsyncSession", session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """As of a file."""
        async with self._sessions.write() as session:
            yield cast("AsyncSession", session)

    def read_rows(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """As of a file."""
        return cast("AbstractAsyncContextManager[AsyncConnection]", self._sessions.reading)

    def write_rows(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """As of a file."""
        return cast("AbstractAsyncContextManager[AsyncConnection]", self._sessions.writing)

    async def close(self) -> None:
        """Drop it."""
        self._sessions.close()


def _with_driver(url: URL) -> URL:
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise DatabaseNotSupported(f"{backend!r} is no database of ours; use a SQLite file or PostgreSQL")
    if backend == "sqlite" and url.database in {None, "", ":memory:"}:
        raise DatabaseNotSupported("a SQLite database in memory would lose everything; name a file")
    return url.set(drivername=_DRIVERS[backend])
