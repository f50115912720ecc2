"""Backups: a consistent copy of the SQLite file while it is in use, and the key that reads it."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rotation.values import Value
from store.fault import StoreFault
from store.key_file import sync_folder
from store.sqlite import BUSY_SECONDS
from store.store import Store


class BackupExists(StoreFault):
    """The target holds a backup already; it is never written over."""


class Backup(Value):
    """The files of a backup. Who has both can read every secret: keep them apart where you can."""

    database: Path
    key: Path | None
    """None when the key came by setting: then it is not ours to copy."""


async def back_up(store: Store, key_path: Path | None, target: Path) -> Backup:
    """Copy the database and the key file into the folder `target`; both readable by their owner only.

    Readers and writers go on meanwhile. The copy is one consistent state, and whole when it has its name.

    Raises:
        DatabaseNotSupported: when the database is PostgreSQL, which has tools of its own (pg_dump).
        BackupExists: when `target` holds one of the two files.
    """
    return await asyncio.to_thread(_back_up, store.database.file, key_path, target)


def _back_up(database: Path, key: Path | None, target: Path) -> Backup:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = key if key is not None and key.exists() else None
    backup = Backup(database=target / database.name, key=None if key is None else target / key.name)
    for path in (backup.database, backup.key):
        if path is not None and path.exists():
            raise BackupExists(f"{path} exists; give another folder")
    # the key first: whoever finds the database there finds its key too
    if key is not None and backup.key is not None:
        _place(backup.key, lambda whole: shutil.copyfile(key, whole))
    _place(backup.database, lambda whole: _copy_database(database, whole))
    return backup


def _place(path: Path, fill: Callable[[Path], object]) -> None:
    """Fill a file beside `path`, put it on disk, and give it its name."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        fill(part)
        os.fsync(handle)
        os.link(part, path)
    except FileExistsError:
        raise BackupExists(f"{path} exists; give another folder") from None
    finally:
        os.close(handle)
        part.unlink()
    sync_folder(path.parent)


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # the copy is one file: write-ahead logging would leave two more beside it
        copy.execute("PRAGMA journal_mode = DELETE")
