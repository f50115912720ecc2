"""The key of the codes that show whether rows were changed behind the service: random, sealed like every secret.

A code is an HMAC-SHA256. The key lies sealed in the database, under a key that is outside of it; so a writer of the
database cannot make a code, a new encryption key changes no code, and a key server serves it too.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable

from sqlalchemy import bindparam, select

from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import insert_into
from store.keys.key_file import KEY_BYTES
from store.keys.sealed import MAC_KEY
from store.keys.vault import Vault
from store.schema.tables import SealedKeyRow

MAC_KEY_ID = "codes"
_KEPT = built_once(select(SealedKeyRow.key_sealed).where(SealedKeyRow.id == bindparam("id")))


class Codes:
    """Makes and checks codes with the key in this process's memory."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def code(self, label: str, *parts: str | int) -> str:
        """The code of `parts`, for the use that `label` names. No other label and no other parts have the same."""
        text = json.dumps([label, *parts], separators=(",", ":"))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def fits(self, code: str, label: str, *parts: str | int) -> bool:
        """Whether it is the code of `parts`, compared in constant time."""
        return hmac.compare_digest(code.encode(), self.code(label, *parts).encode())

    def line(self, trail: str, hash_: str) -> str:
        """The code of a line of a trail, which shows that the service has written it."""
        return self.code("line of a trail", trail, hash_)

    def lines_of(self, trail: str) -> Callable[[str, str], bool]:
        """What tells whether a hash of that trail has the code of a line."""
        return lambda hash_, code: self.fits(code, "line of a trail", trail, hash_)


class MacKey:
    """The key of one store. It is opened once, and stays in memory as long as the process lives."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._codes: Codes | None = None

    async def codes(self) -> Codes:
        """The codes of this store. The first call of all makes the key; call it outside of a transaction.

        Raises:
            VaultKeyWrong, SealBroken: when the key cannot be opened.
            KeyServerDown, KeyServerRefused: when it lies with a key server that does not unwrap it.
        """
        if self._codes is None:
            self._codes = Codes(await self._vault.open(MAC_KEY, MAC_KEY_ID, await self.made()))
        return self._codes

    async def made(self) -> bytes:
        """The key as it is sealed; the first call of all makes it.

        Raises:
            KeyServerDown, KeyServerRefused: when it is to be made, and cannot be sealed.
        """
        return await self._kept() or await self._made()

    async def _made(self) -> bytes:
        sealed = await self._vault.seal(MAC_KEY, MAC_KEY_ID, secrets.token_bytes(KEY_BYTES))
        async with self._database.write() as session:
            row = insert_into(session, SealedKeyRow).values(id=MAC_KEY_ID, key_sealed=sealed)
            await session.execute(row.on_conflict_do_nothing())
        # another process may have made it at the same time: the one that is kept holds
        kept = await self._kept()
        if kept is None:
            raise AssertionError("the key was stored a moment ago")
        return kept

    async def _kept(self) -> bytes | None:
        async with self._database.read_rows() as connection:
            kept: bytes | None = await connection.scalar(_KEPT, {"id": MAC_KEY_ID})
        return kept
