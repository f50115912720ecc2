"""The keyed hash of API keys: who reads the database alone can neither use a key nor try guesses."""

import asyncio
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select

from store.access.key_text import KeyText
from store.database.database import Database
from store.database.upsert import insert_into
from store.keys.sealed import ACCESS_SECRET
from store.keys.vault import Vault
from store.schema.tables import AccessSecretRow

_NAME = "api keys"
_BYTES = 32
_LABEL = b"sepm-rotator api key hash"


class KeyHash:
    """HMAC-SHA256 under a secret that is sealed in the database, like every other.

    So it gets a new key with `rotator keys rotate`, and works where a key server keeps the keys. What was unsealed is
    kept in memory: each request needs it.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._key: bytes | None = None
        self._turn = asyncio.Lock()

    async def of(self, key: KeyText, at: datetime) -> bytes:
        """The hash of a new key. The first one makes the secret.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when the secret cannot be sealed or opened.
        """
        if self._key is None and await self._sealed() is None:
            new = await self._vault.seal(ACCESS_SECRET, _NAME, secrets.token_bytes(_BYTES))
            kept = {"name": _NAME, "secret_sealed": new, "made_at": at}
            async with self._database.write() as session:
                await session.execute(insert_into(session, AccessSecretRow).on_conflict_do_nothing(), [kept])
        return _hash(await self._opened(), key)

    async def fits(self, key: KeyText, kept: bytes) -> bool:
        """Whether `kept` is the hash of that key; compared in constant time.

        Raises:
            As `of`.
        """
        return hmac.compare_digest(_hash(await self._opened(), key), kept)

    async def _opened(self) -> bytes:
        async with self._turn:
            if self._key is None:
                sealed = await self._sealed()
                secret = await self._vault.open(ACCESS_SECRET, _NAME, sealed or b"")
                self._key = HKDF(SHA256(), _BYTES, salt=None, info=_LABEL).derive(secret)
            return self._key

    async def _sealed(self) -> bytes | None:
        async with self._database.read() as session:
            return await session.scalar(select(AccessSecretRow.secret_sealed).where(AccessSecretRow.name == _NAME))


def _hash(secret: bytes, key: KeyText) -> bytes:
    return hmac.digest(secret, f"{key.id}:{key.secret}".encode(), hashlib.sha256)
