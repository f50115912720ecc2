"""Certificates that go into servers, with their chains, and their keys where we keep them."""

from datetime import datetime

from pydantic import SecretBytes
from sqlalchemy import select

from rotation.certificate import CertificateFacts
from rotation.values import CertificateId, Value
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.database.upsert import insert_into
from store.fault import StoreFault
from store.keys.destroyed import lock_keys, require_key_lives
from store.keys.sealed import CERTIFICATE_KEY
from store.keys.vault import Vault
from store.schema.tables import CertificateRow

_NEWEST = ListOrder("certificates", (CertificateRow.added_at, CertificateRow.id), falls=True)


class UnknownCertificate(StoreFault):
    """No certificate of that id is kept."""


class CertificateMaterial(Value):
    """A certificate with all that goes into a server."""

    facts: CertificateFacts
    certificate_pem: str
    chain_pem: str
    key_pem: SecretBytes | None


class Certificates:
    """The certificates kept."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(
        self, facts: CertificateFacts, certificate_pem: str, chain_pem: str, key_pem: bytes | None, at: datetime
    ) -> CertificateId:
        """Keep a certificate. Returns its id; when the same certificate is known, the id that it has.

        A key is sealed. When the certificate is known without one, the key is added; a key is never replaced.

        Raises:
            KeyDestroyed: when a key comes along that was destroyed; then nothing is kept.
            KeyServerDown, KeyServerRefused: when the key cannot be sealed; then nothing is kept.
        """
        while True:
            # sealed before the transaction, for the row that there will be; another may get there first
            row_id = await self._known_as(facts) or facts.id
            key = None if key_pem is None else await self._vault.seal(CERTIFICATE_KEY, row_id, key_pem)
            async with self._database.write() as session:
                if key is not None:
                    await lock_keys(session)
                    await require_key_lives(session, facts.public_key)
                new = insert_into(session, CertificateRow).values(
                    id=facts.id,
                    fingerprint=facts.fingerprint,
                    facts=facts,
                    certificate_pem=certificate_pem,
                    chain_pem=chain_pem,
                    key_sealed=None,
                    added_at=at,
                )
                await session.execute(new.on_conflict_do_nothing(index_elements=["fingerprint"]))
                row = (
                    await session.scalars(
                        select(CertificateRow).where(CertificateRow.fingerprint == facts.fingerprint).with_for_update()
                    )
                ).one()
                if row.id == row_id:
                    if key is not None and row.key_sealed is None:
                        row.key_sealed = key
                    return CertificateId(row.id)

    async def facts(self, certificate_id: CertificateId) -> CertificateFacts:
        """What is known of the certificate.

        Raises:
            UnknownCertificate: when none of that id is kept.
        """
        return _facts(await self._row(certificate_id))

    async def material(self, certificate_id: CertificateId) -> CertificateMaterial:
        """The certificate with its chain, and its key when it is kept.

        Raises:
            UnknownCertificate: when none of that id is kept.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when its key cannot be read.
        """
        row = await self._row(certificate_id)
        key = None
        if row.key_sealed is not None:
            key = SecretBytes(await self._vault.open(CERTIFICATE_KEY, row.id, row.key_sealed))
        return CertificateMaterial(
            facts=_facts(row), certificate_pem=row.certificate_pem, chain_pem=row.chain_pem, key_pem=key
        )

    async def list(self) -> tuple[CertificateFacts, ...]:
        """Every certificate, the newest first."""
        async with self._database.read() as session:
            newest = select(CertificateRow).order_by(CertificateRow.added_at.desc(), CertificateRow.id)
            return tuple(_facts(row) for row in await session.scalars(newest))

    async def page(self, asked: PageRequest = FIRST_PAGE) -> Page[CertificateFacts]:
        """The same in pages.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        return await read_page(self._database, select(CertificateRow), _NEWEST, asked, _facts)

    async def _known_as(self, facts: CertificateFacts) -> str | None:
        async with self._database.read() as session:
            return await session.scalar(
                select(CertificateRow.id).where(CertificateRow.fingerprint == facts.fingerprint)
            )

    async def _row(self, certificate_id: CertificateId) -> CertificateRow:
        async with self._database.read() as session:
            row = await session.get(CertificateRow, certificate_id)
        if row is None:
            raise UnknownCertificate(f"no certificate of id {certificate_id} is kept")
        return row


def _facts(row: CertificateRow) -> CertificateFacts:
    return row.facts.model_copy(update={"has_key": row.key_sealed is not None})
