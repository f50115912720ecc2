"""Backups: consistent copies of SQLite files while they are in use, and the keys that read them.

The original is only read: it is neither migrated nor switched to another journal, and no key is made for it.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from rotation.values import Value
from store.database.sqlite import BUSY_SECONDS
from store.fault import StoreFault
from store.keys.envelope import START_BYTES, key_id_of
from store.keys.key_encryption import LocalKey
from store.keys.key_file import read_keys, sync_folder
from store.keys.sealed import SEALED
from store.trail.start_notes import copy_mark

_TIMES = 5


class BackupExists(StoreFault):
    """The target holds a backup already; it is never written over."""


class BackupFailed(StoreFault):
    """A file cannot be read or its copy cannot be written. Nothing was left in the target."""


class BackupUnsettled(StoreFault):
    """The keys changed again and again while the copy was made; try again when they do not."""


class Backup(Value):
    """The files of a backup. Who has all of them can read every secret: keep them apart where you can."""

    files: tuple[Path, ...]
    """In the order in which they were given their names."""
    key: Path | None
    """None when there is no key file: then the keys come by setting or lie with a key server."""
    keys_elsewhere: frozenset[str]
    """The ids of keys that seal something and are not in the copied key file."""


def back_up(store: Path, key: Path, target: Path, *, before: Sequence[Path] = ()) -> Backup:
    """Copy the database of the store, the key file and the databases `before` into the folder `target`. Blocks.

    The copies are readable by their owner only. Readers and writers go on meanwhile. Each copy is one consistent state,
    `before` an earlier one than the store's, and all have their names or none has. The key file opens all of the copy
    that the key file here could, even while `rotator keys` changes keys.

    Raises:
        BackupExists: when `target` holds one of the files.
        BackupFailed: when a file cannot be read or written.
        BackupUnsettled: when the keys change all the time.
        VaultKeyMalformed: when the key file holds something else.
        OSError: when `target` cannot be made.
    """
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in (*before, store, key):
        if (target / path.name).exists():
            raise BackupExists(f"{target / path.name} exists; give another folder")
    with ExitStack() as parts:
        whole = {path: parts.enter_context(_part_of(target / path.name)) for path in (*before, store)}
        for path in before:
            _copied(path, whole[path], target)
        keys = _copy_both(store, whole[store], key, target)
        known = {LocalKey(each).id for each in read_keys(key)} if keys is not None else set[str]()
        elsewhere = _keys_used(whole[store]) - known
        if keys is not None:
            # the key before the store: a reader who finds the database there finds its key too
            part = parts.enter_context(_part_of(target / key.name))
            part.write_bytes(keys)
            whole = {**{path: whole[path] for path in before}, key: part, store: whole[store]}
        files = _name_all({part: target / path.name for path, part in whole.items()})
    return Backup(files=files, key=None if keys is None else target / key.name, keys_elsewhere=elsewhere)


def _copy_both(database: Path, copy: Path, key: Path, target: Path) -> bytes | None:
    """Copy the database, and give the key file as it was both before and after; None when there is none."""
    for _ in range(_TIMES):
        before = _content(key)
        _copied(database, copy, target, copy_mark(datetime.now(UTC)))
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


def _name_all(parts: dict[Path, Path]) -> tuple[Path, ...]:
    """Put files on disk, and give them their names: all of them or none."""
    named: list[Path] = []
    try:
        for part, path in parts.items():
            with part.open("rb") as file:
                os.fsync(file.fileno())
            os.link(part, path)
            named.append(path)
            sync_folder(path.parent)
    except OSError as error:
        for path in named:
            path.unlink()
        if isinstance(error, FileExistsError):
            raise BackupExists(f"{error.filename2} exists; give another folder") from None
        raise BackupFailed(f"{path.parent} cannot hold the copies: {error}; nothing was left there") from error
    return tuple(named)


def _copied(source: Path, copy: Path, target: Path, mark: int = 0) -> None:
    """Copy a database, and mark the copy as one.

    Raises:
        BackupFailed: when it is not there, is locked or is no database, or the copy has no room.
    """
    if not source.is_file():
        raise BackupFailed(f"there is no {source} to copy; name the folder of `rotator up` by --folder")
    try:
        _copy_database(source, copy, mark)
    except sqlite3.Error as error:
        raise BackupFailed(
            f"{source} cannot be copied into {target}: {error}; the original is as it was, and nothing was left there"
        ) from error


def _copy_database(source: Path, copy: Path, mark: int) -> None:
    with closing(_read_only(source)) as live, closing(sqlite3.connect(copy)) as copied:
        # begun here, where a lock is waited for as long as we say: `backup` itself would wait for ever
        live.execute("BEGIN")
        live.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        live.backup(copied)
        # the copy is one file: write-ahead logging would leave two more beside it
        copied.execute("PRAGMA journal_mode = DELETE")
        if mark:
            copied.execute(f"PRAGMA user_version = {mark:d}")


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_SECONDS)


def _keys_used(copy: Path) -> frozenset[str]:
    """The ids of the keys that seal something in a copy, of whatever release it is."""
    used: set[str | None] = set()
    with closing(_read_only(copy)) as database:
        for sealed in SEALED:
            columns = {row[1] for row in database.execute(f"PRAGMA table_info({sealed.table.name})")}
            if sealed.name not in columns:
                continue  # an older release sealed nothing there
            start = f"SELECT DISTINCT substr({sealed.name}, 1, {START_BYTES}) FROM {sealed.table.name}"  # noqa: S608 - ours
            used |= {key_id_of(bytes(row[0])) for row in database.execute(start) if row[0] is not None}
    return frozenset(each for each in used if each is not None)
