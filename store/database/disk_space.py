"""Whether the database has room for what must be written: on a full disk nothing is recorded, so nothing goes on."""

import shutil
import sqlite3

from sqlalchemy.exc import DBAPIError

from store.database.database import Database
from store.fault import StoreFault

_LEAST = 16 * 1024 * 1024
"""Bytes below which a disk counts as full: the write-ahead log of SQLite alone may grow to some megabytes."""
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR})
_PRIMARY = 0xFF
"""The part of an error code of SQLite that says what kind it is."""


class StoreFull(StoreFault):
    """The store can be read and cannot be written."""


def is_full(error: DBAPIError) -> bool:
    """Whether the database refused a write since it has no room, or may not be written."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return (code & _PRIMARY) in _FULL
    return type(error.orig).__name__ in {"DiskFull", "ReadOnlySqlTransaction"}


def require_room(database: Database) -> None:
    """Look whether the disk of a SQLite file has room.

    Raises:
        StoreFull: when it has nearly none.
    """
    if not database.is_sqlite:
        return
    free = shutil.disk_usage(database.file.parent).free
    if free < _LEAST:
        raise StoreFull(f"the disk of the database has {free // 1024} KiB left")
