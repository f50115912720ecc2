"""What SQLite needs so that it loses nothing and lets several processes write."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_SECONDS = 30
_STEP_SECONDS = 0.05
WRITES = "rotator_writes"
"""The execution option of an engine whose transactions write."""


def prepare_file(path: Path) -> None:
    """Make the folder of the database, and switch the file to write-ahead logging.

    Raises:
        sqlite3.OperationalError: when another process keeps it locked for longer than the busy timeout.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Changing the journal mode does not wait for the busy handler, so two processes that start at once would
    # collide. The mode stays with the file: it is switched here once and not on every connection.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _switch_to_wal(path)
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_STEP_SECONDS)
        else:
            return


def _switch_to_wal(path: Path) -> None:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def configure(engine: Engine) -> None:
    """Set up every connection of `engine`, and begin its transactions ourselves."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "invalidate", _on_invalidate)


def _on_connect(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late and never IMMEDIATE; without its help we begin them.
    connection.isolation_level = None
    # else one text that is no UTF-8 keeps every other row of a list from being read
    getattr(connection, "driver_connection", connection).text_factory = _text
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # a key that is destroyed leaves no bytes in freed space
    cursor.close()


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _on_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail in its middle; IMMEDIATE waits at its start instead.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _on_invalidate(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # A connection whose user was cancelled is closed. SQLite keeps its transaction, and with it the lock, for as long
    # as anything holds the cursor that was cut off: the cancellation's own traceback does.
    with suppress(sqlite3.Error, ValueError):  # it is closed already
        connection.rollback()
