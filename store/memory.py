"""A database in this process's memory, for a simulation: the real tables and statements, gone when it is closed.

One connection serves everything, in the thread of its caller: a simulation is one coroutine, and a thread for each
statement would cost more than the statement.
"""

import sqlite3
from functools import cache

from sqlalchemy import StaticPool, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from store import migration


def engine() -> AsyncEngine:
    """An engine over an empty database with the newest tables."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.deserialize(_template())
    connection.execute("PRAGMA foreign_keys = ON")
    blocking = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    # the asyncio front asks for a driver that may wait; this one never has to
    blocking.dialect.is_async = True
    return AsyncEngine(blocking)


@cache
def _template() -> bytes:
    """The bytes of a migrated database: made once, since the migrations cost more than a whole small simulation."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    blocking = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    migration.apply(blocking)
    made = connection.serialize()
    connection.close()
    return made
