"""The start of a vault: the keys that the settings name must open what the database holds."""

import asyncio

import structlog

from store.database.database import Database
from store.keys.key_encryption import KeySettingsWrong, SealBroken, VaultKeyMissing, VaultKeyWrong
from store.keys.key_file import make_key
from store.keys.key_ring import KeyRing
from store.keys.key_sources import FileKeys, GivenKeys, KeySource
from store.keys.sealed import values_by_key, values_of_key
from store.keys.transit import KeyServerDown, TransitKey, is_of_a_server
from store.keys.vault import Vault
from store.keys.worker_key import WorkerKeys, is_of_the_worker
from store.settings import StoreSettings

_TRIED = 3
"""Values of a key that are tried before it counts as another one: a single value may be broken."""
_log = structlog.get_logger(__name__)


async def unlock(settings: StoreSettings, database: Database) -> Vault:
    """The vault of `database`.

    1. Take the keys that the settings name: those of the key server seal before those of the environment, and these
       before those of the key file. Whatever is named opens what it sealed.
    2. Make a key file only when no key is named, none is in the file, and nothing was ever sealed.
    3. Every key that sealed something must be there.
    4. The key server's must be there, too, and open what it sealed. When the server does not answer, that is only
       logged: the next use asks it again, and a rotation that waits for a date must not end over it.

    Raises:
        VaultKeyMissing: when secrets are there and no key, or the key server has no key of that name.
        VaultKeyWrong: when none of the keys sealed one of them.
        VaultKeyMalformed: when the setting or the file holds no key.
        KeySettingsWrong: when the settings of the key server, or of the worker's own key, cannot work.
        KeyServerRefused: when it does not let us.
    """
    ring = _named(settings)
    try:
        await _check(ring, settings, database)
    except BaseException:
        await ring.close()
        raise
    return Vault(ring)


def _named(settings: StoreSettings) -> KeyRing:
    sources: list[KeySource] = []
    if settings.transit.address is not None:
        sources.append(TransitKey(settings.transit))
    if settings.key is not None:
        sources.append(GivenKeys.spelled(settings.key.get_secret_value()))
    return KeyRing(*sources, FileKeys(settings.key_path), worker=_of_the_worker(settings))


def _of_the_worker(settings: StoreSettings) -> WorkerKeys | None:
    if settings.worker_key_file is not None and settings.worker_public_key_file is not None:
        raise KeySettingsWrong(
            "set ROTATOR_WORKER_KEY_FILE for the worker and ROTATOR_WORKER_PUBLIC_KEY_FILE for the API, never both"
        )
    if settings.worker_key_file is not None:
        return WorkerKeys.private(settings.worker_key_file)
    return None if settings.worker_public_key_file is None else WorkerKeys.public(settings.worker_public_key_file)


async def _check(ring: KeyRing, settings: StoreSettings, database: Database) -> None:
    needed = await _ids(database)
    if not any(source.sealing() for source in ring.sources):
        if needed:
            raise VaultKeyMissing(_asked_for(needed, ring, "and there is no key at all"))
        await asyncio.to_thread(make_key, settings.key_path)
    if any(not ring.knows(key_id) for key_id in needed):
        # a key may have been retired since they were looked at
        needed = await _ids(database)
    if unknown := {key_id for key_id in needed if not ring.knows(key_id)}:
        raise VaultKeyWrong(_asked_for(unknown, ring, "and other keys are at hand"))
    try:
        await _try_server(ring, needed, database)
    except KeyServerDown as down:
        _log.warning("the key server is asked again when a secret is needed", reason=str(down))


def _asked_for(keys: set[str], ring: KeyRing, but: str) -> str:
    """What an operator reads whose key is missing."""
    remedies = []
    if any(map(is_of_a_server, keys)):
        remedies.append("name the key server again by ROTATOR_VAULT_ADDRESS and what belongs to it")
    if any(map(is_of_the_worker, keys)):
        remedies.append(
            "give the worker its file by ROTATOR_WORKER_KEY_FILE, and other processes the public half by "
            "ROTATOR_WORKER_PUBLIC_KEY_FILE"
        )
    if not all(is_of_a_server(key) or is_of_the_worker(key) for key in keys):
        places = " or ".join(source.where for source in ring.sources if not isinstance(source, TransitKey))
        remedies.append(f"put it back into {places}, beside what is there")
    return f"the database holds secrets of key {', '.join(sorted(keys))}, {but}: {'; '.join(remedies)}"


async def _ids(database: Database) -> set[str]:
    return {key_id for key_id in await values_by_key(database) if key_id is not None}


async def _try_server(ring: KeyRing, needed: set[str], database: Database) -> None:
    key = ring.sealing()
    if isinstance(key, TransitKey):
        await key.newest()
    for key_id in filter(is_of_a_server, needed):
        await _try(Vault(ring), key_id, database)


async def _try(vault: Vault, key_id: str, database: Database) -> None:
    reason: SealBroken | None = None
    for value in await values_of_key(database, key_id, at_most=_TRIED):
        try:
            await vault.open(value.of.purpose, value.subject, value.value)
        except SealBroken as broken:
            reason = broken
        else:
            return
    if reason is not None:
        raise VaultKeyWrong(f"the key server does not open what key {key_id} sealed: {reason}") from reason
