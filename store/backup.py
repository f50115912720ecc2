"""Backups: a consistent copy of the SQLite file while it is in use, and the keys that read it."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rotation.values import Value
from store.fault import StoreFault
from store.keys.key_encryption import LocalKey
from store.keys.key_file import read_keys, sync_folder
from store.keys.sealed import values_by_key
from store.sqlite import BUSY_SECONDS
from store.store import Store

_TIMES = 5


class BackupExists(StoreFault):
    """The target holds a backup already; it is never written over."""


class BackupUnsettled(StoreFault):
    """The keys changed again and again while the copy was made; try again when they do not."""


class Backup(Value):
    """The files of a backup. Who has both can read every secret: keep them apart where you can."""

    database: Path
    key: Path | None
    """None when there is no key file: then the keys come by setting or lie with a key server."""
    keys_elsewhere: frozenset[str]
    """The ids of keys that seal something and are not in the copied key file."""


async def back_up(store: Store, key_path: Path, target: Path) -> Backup:
    """Copy the database and the key file into the folder `target`; both readable by their owner only.

    Readers and writers go on meanwhile. The copy is one consistent state, and whole when it has its name. Its key file
    opens all of it that the key file here could, even while `rotator keys` changes keys.

    Raises:
        DatabaseNotSupported: when the database is PostgreSQL, which has tools of its own (pg_dump).
        BackupExists: when `target` holds one of the two files.
        BackupUnsettled: when the keys change all the time.
    """
    database, key = await asyncio.to_thread(_back_up, store.database.file, key_path, target)
    known = {LocalKey(each).id for each in read_keys(key)} if key is not None else set[str]()
    used = await values_by_key(store.database)
    elsewhere = frozenset(key_id for key_id in used if key_id is not None and key_id not in known)
    return Backup(database=database, key=key, keys_elsewhere=elsewhere)


def _back_up(database: Path, key: Path, target: Path) -> tuple[Path, Path | None]:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy, key_copy = target / database.name, target / key.name
    for path in (copy, key_copy):
        if path.exists():
            raise BackupExists(f"{path} exists; give another folder")
    with _part_of(copy) as whole:
        keys = _copy_both(database, whole, key)
        # the key first: whoever finds the database there finds its key too
        if keys is not None:
            with _part_of(key_copy) as part:
                part.write_bytes(keys)
                _give_name(part, key_copy)
        _give_name(whole, copy)
    return copy, None if keys is None else key_copy


def _copy_both(database: Path, copy: Path, key: Path) -> bytes | None:
    """Copy the database, and give the key file as it was both before and after; None when there is none."""
    for _ in range(_TIMES):
        before = _content(key)
        _copy_database(database, copy)
        # unchanged meanwhile: a key that was made or retired between would leave one half without the other
        if _content(key) == before:
            return before
    raise BackupUnsettled(f"{key} changed {_TIMES} times while the copy was made; try again in a while")


def _content(key: Path) -> bytes | None:
    try:
        return key.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    """A private file beside `path`, to be filled and named; its other name goes at the end."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink()


def _give_name(part: Path, path: Path) -> None:
    """Put a file on disk, and give it its name."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        raise BackupExists(f"{path} exists; give another folder") from None
    sync_folder(path.parent)


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # the copy is one file: write-ahead logging would leave two more beside it
        copy.execute("PRAGMA journal_mode = DELETE")
