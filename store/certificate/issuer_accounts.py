"""Accounts at certificate authorities: one for each, by a key that is kept before the authority hears of it."""

from collections.abc import Callable
from datetime import datetime

from pydantic import SecretBytes
from sqlalchemy import select

from store.database.database import Database
from store.database.upsert import insert_into
from store.keys.sealed import ACCOUNT_KEY
from store.keys.vault import Vault
from store.schema.tables import IssuerAccountRow


class IssuerAccounts:
    """The keys of our accounts, sealed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def key(self, issuer: str, make: Callable[[], SecretBytes], at: datetime) -> SecretBytes:
        """The key of the account at that authority; where there is none, a new one, which is then kept.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when it cannot be sealed, or not be read.
        """
        sealed = await self._sealed(issuer)
        if sealed is None:
            new = await self._vault.seal(ACCOUNT_KEY, issuer, make().get_secret_value())
            kept = {"issuer": issuer, "key_sealed": new, "made_at": at}
            async with self._database.write() as session:
                await session.execute(insert_into(session, IssuerAccountRow).on_conflict_do_nothing(), [kept])
            sealed = await self._sealed(issuer) or new
        return SecretBytes(await self._vault.open(ACCOUNT_KEY, issuer, sealed))

    async def _sealed(self, issuer: str) -> bytes | None:
        async with self._database.read() as session:
            return await session.scalar(select(IssuerAccountRow.key_sealed).where(IssuerAccountRow.issuer == issuer))
