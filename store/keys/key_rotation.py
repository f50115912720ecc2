"""The life of keys: a new one for everything that is sealed, and the end of one that seals nothing any more."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rotation.values import Value
from store.fault import StoreFault
from store.keys.key_encryption import KeySettingsWrong, LocalKey
from store.keys.key_file import changing, take_out
from store.keys.key_sources import FileKeys, KeySource
from store.keys.rewrapping import Report, Rewrapped, rewrap_all
from store.keys.sealed import values_by_key
from store.store import Store
from store.trail.site_trail import SERVICE, SERVICE_TRAIL, Author, NewTrailEvent, TrailKind
from store.trail.start_notes import KNOWN, known_keys_of

_UNDER_WAY = timedelta(minutes=1)
"""A value that was sealed before the keys changed is in the database by then, or its transaction has given up."""


class KeyInUse(StoreFault):
    """A key that seals values, or might, cannot be retired."""


class KnownKey(Value):
    """A key, and what it seals."""

    id: str
    """Empty for values that name no key: they are broken."""
    where: str
    """Where it is; empty when it is in no place that the settings name."""
    seals: bool
    """Whether it seals what is new."""
    values: int


class Rotated(Value):
    """What a rotation of the keys has done."""

    key_id: str
    """The key that seals now."""
    made: bool
    """Whether it was made by this call; else it was there, and what was left to do is done."""
    done: Rewrapped


async def known_keys(store: Store) -> tuple[KnownKey, ...]:
    """Every key that is known or was used: the one that seals, then those of each place, then what is nowhere.

    Raises:
        KeyServerDown, KeyServerRefused: when a key server does not tell its newest version.
    """
    values, ring = await values_by_key(store.database), store.vault.keys
    newest, seals = await ring.sealing().newest(), await ring.newest()
    places = {newest: ring.source.where}
    for source in ring.sources:
        used = [key_id for key_id in values if key_id and source.find(key_id, again=False)]
        places |= {key_id: source.where for key_id in (*source.ids(), *sorted(used)) if key_id not in places}
    places |= {key_id: "" for key_id in values if key_id and key_id not in places}
    known = [
        KnownKey(id=key_id, where=where, seals=key_id in seals, values=values[key_id])
        for key_id, where in places.items()
    ]
    return (*known, *([KnownKey(id="", where="", seals=False, values=values[None])] if values[None] else []))


async def rotate(store: Store, report: Report, author: Author = SERVICE) -> Rotated:
    """Put everything that is sealed under a new key, while services read and write.

    1. Keep out others that change the keys.
    2. Where another key than the one that seals has sealed something, a rotation was cut short, or the operator has put
       a new key first: go on with that, and end.
    3. Otherwise make a new key: in the key file, where every process finds it before anything is sealed with it, or at
       the key server. This holds, too, where only broken values are left, which no rotation ever finishes.
    4. Re-wrap (`rewrap_all`). The old key stays where it is: `retire` takes it away.

    The service's trail has the new key before anything is sealed with it, and what was re-wrapped behind it.

    Raises:
        KeyFileInUse: when another process changes the keys.
        KeySettingsWrong: when the key comes from the environment and is not new.
        KeyServerDown, KeyServerRefused: when a key server does not do it.
    """
    ring = store.vault.keys
    with _alone(ring.source):
        values = await values_by_key(store.database)
        newest, seals = await ring.sealing().newest(), await ring.newest()
        if any(key_id is not None and key_id not in seals for key_id in values):
            done = await rewrap_all(store.database, store.vault, report)
            if done.values:
                await _note_rewrapped(store, newest, done, author)
                return Rotated(key_id=newest, made=False, done=done)
        await ring.source.renew()
        newest = await ring.sealing().newest()
        await _note(store, TrailKind.ENCRYPTION_KEY_MADE, f"key {newest}", author, {"key": newest})
        done = await rewrap_all(store.database, store.vault, report)
        await _note_rewrapped(store, newest, done, author)
        return Rotated(key_id=newest, made=True, done=done)


async def retire(store: Store, key_id: str | None = None, author: Author = SERVICE) -> tuple[Path, ...]:
    """Move keys that seal nothing out of the key file, each into a file of its own beside it. Returns those files.

    They are not deleted: reading an old backup needs its key. Processes that run still hold it in memory.

    Args:
        store: the store whose keys they are.
        key_id: the key; all that seal nothing when it is not given.
        author: who retires them, for the service's trail.

    Raises:
        KeyFileInUse: when another process changes the keys.
        KeyInUse: when the key seals something, is the one that seals, or did so a moment ago.
        KeySettingsWrong: when the key is not in the key file.
    """
    (file,) = (source for source in store.vault.keys.sources if isinstance(source, FileKeys))
    with _alone(file):
        values = await values_by_key(store.database)
        sealing = await store.vault.keys.sealing().newest()
        idle = {key for key in file.ids() if key != sealing and not values[key]}
        if key_id is not None:
            _expect_idle(key_id, idle, file, values[key_id])
            idle = {key_id}
        if not idle:
            return ()
        _expect_settled(file)
        moved = take_out(file.path, keep=lambda key: LocalKey(key).id not in idle, named=lambda key: LocalKey(key).id)
        gone, files = ", ".join(sorted(idle)), ", ".join(str(path) for path in moved)
        await _note(store, TrailKind.ENCRYPTION_KEYS_RETIRED, f"keys {gone}", author, {"keys": gone, "files": files})
        return moved


async def _note_rewrapped(store: Store, key_id: str, done: Rewrapped, author: Author) -> None:
    data: dict[str, str | int] = {"key": key_id, "values": done.values, "broken": len(done.broken)}
    await _note(store, TrailKind.VALUES_REWRAPPED, f"{done.values} values have got key {key_id}", author, data)


async def _note(store: Store, kind: TrailKind, message: str, author: Author, data: Mapping[str, str | int]) -> None:
    known = {KNOWN: await known_keys_of(store.vault.keys)}
    event = NewTrailEvent(at=datetime.now(UTC), kind=kind, message=message, author=author, data={**data, **known})
    await store.trail.append(SERVICE_TRAIL, event)


def _expect_idle(key_id: str, idle: set[str], file: FileKeys, values: int) -> None:
    if key_id in idle:
        return
    if key_id not in file.ids():
        raise KeySettingsWrong(
            f"key {key_id} is not in {file.path}: take it out of ROTATOR_KEY, or have the key server end its version"
        )
    if values:
        raise KeyInUse(f"key {key_id} seals {values} values: run `rotator keys rotate` first")
    raise KeyInUse(f"key {key_id} is the one that seals: run `rotator keys rotate` first")


def _expect_settled(file: FileKeys) -> None:
    since = timedelta(seconds=time.time() - file.path.stat().st_mtime)
    if timedelta(0) <= since < _UNDER_WAY:
        left = (_UNDER_WAY - since).total_seconds()
        raise KeyInUse(
            f"the keys changed {since.total_seconds():.0f} s ago, and what was sealed before may still be on its way "
            f"into the database: run this again in {left:.0f} s"
        )


@contextmanager
def _alone(source: KeySource) -> Iterator[None]:
    if not isinstance(source, FileKeys):
        yield
        return
    with changing(source.path.resolve().parent):
        yield
