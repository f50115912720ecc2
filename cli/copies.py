"""Copies of everything durable, taken while it is in use."""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cli.folder import Folder
from store.backup import Backup, back_up
from store.database import DatabaseNotSupported
from store.fault import StoreFault
from store.settings import StoreSettings
from store.store import Store

_PRIVATE_FILE = 0o600
_BUSY_SECONDS = 30


@dataclass(frozen=True)
class Copies:
    """What was copied."""

    files: tuple[Path, ...]
    keys_elsewhere: frozenset[str]
    """The ids of keys that the copies need and do not hold."""


def copy_all(path: Path, target: Path) -> Copies:
    """Copy both databases and the key file of the folder at `path` into `target`.

    Raises:
        StoreFault: when the store cannot be copied, or `target` holds a backup.
        OSError: when a file cannot be read or written, or is there already.
        sqlite3.Error: when a database cannot be read.
    """
    if not path.is_dir():
        raise FileNotFoundError(f"{path} is no folder of `rotator up`; name it by --folder")
    folder = Folder(path.resolve())
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Temporal first: then the store knows at least what the histories know. A step that Temporal has forgotten is seen
    # to be done; a record that the store has forgotten (the original state of a group) would be lost.
    temporal = [_copy_temporal(folder.temporal_database, target)] if folder.temporal_database.exists() else []
    made = asyncio.run(_copy_store(StoreSettings(folder=folder.root), target))
    return Copies((*temporal, made.database, *([made.key] if made.key else [])), made.keys_elsewhere)


async def _copy_store(settings: StoreSettings, target: Path) -> Backup:
    store = await Store.open(settings)
    try:
        return await back_up(store, settings.key_path, target)
    except DatabaseNotSupported as error:
        raise StoreFault(f"the store is no file ({error}): back it up, and the key file, by its own tools") from error
    finally:
        await store.close()


def _copy_temporal(source: Path, target: Path) -> Path:
    copy = target / source.name
    # fails when it is there: a backup is never written over
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE))
    with closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as live, closing(sqlite3.connect(copy)) as copied:
        live.backup(copied)
    return copy
