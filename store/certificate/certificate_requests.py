"""Requests for certificates: their keys were made here, and lie sealed for the signed answer."""

from collections.abc import Collection
from datetime import datetime

from pydantic import SecretBytes
from sqlalchemy import Select, select

from rotation.values import CertificateId, Fingerprint, Value
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.sealed import REQUEST_KEY
from store.keys.vault import Vault
from store.schema.tables import CertificateRequestRow

_NEWEST = ListOrder("requests", (CertificateRequestRow.asked_at, CertificateRequestRow.id), falls=True)


class UnknownRequest(StoreFault):
    """No request for a certificate of that id is kept."""


class CertificateRequest(Value):
    """A request for a certificate; never its key."""

    id: str
    public_key: Fingerprint
    subject: str
    names: tuple[str, ...]
    request_pem: str
    asked_by: str
    asked_at: datetime
    certificate_id: CertificateId | None = None
    """The certificate that answered it last."""


class CertificateRequests:
    """The requests, those that wait and those that were answered."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(self, request: CertificateRequest, key_pem: bytes) -> None:
        """Keep a request; its key is sealed.

        Raises:
            KeyServerDown, KeyServerRefused: when the key cannot be sealed; then nothing is kept.
        """
        sealed = await self._vault.seal(REQUEST_KEY, request.id, key_pem)
        async with self._database.write() as session:
            session.add(CertificateRequestRow(**request.model_dump(), key_sealed=sealed))

    async def get(self, request_id: str) -> CertificateRequest:
        """The request of that id.

        Raises:
            UnknownRequest: when none is kept.
        """
        async with self._database.read() as session:
            row = await session.get(CertificateRequestRow, request_id)
        if row is None:
            raise UnknownRequest(f"no request for a certificate of id {request_id} is kept")
        return _request(row)

    async def names_of(self, request_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """What each of these requests names, by its id; of one that is not kept nothing."""
        wanted = select(CertificateRequestRow.id, CertificateRequestRow.names)
        async with self._database.read() as session:
            rows = await session.execute(wanted.where(CertificateRequestRow.id.in_(request_ids)))
            return {each.id: each.names for each in rows}

    async def key_of(self, public_key: Fingerprint) -> SecretBytes | None:
        """The key of the request for a certificate of this public key; None when there is none, or it was destroyed.

        It stays with the request: an authority may correct its answer, and sign the same request again.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when the key cannot be read.
        """
        async with self._database.read() as session:
            row = await session.scalar(_of(public_key))
        if row is None or row.key_sealed is None:
            return None
        return SecretBytes(await self._vault.open(REQUEST_KEY, row.id, row.key_sealed))

    async def answer(self, public_key: Fingerprint, certificate_id: CertificateId) -> None:
        """Note which certificate answered a request. Nothing happens where none of that public key is kept."""
        async with self._database.write() as session:
            row = await session.scalar(_of(public_key).with_for_update())
            if row is not None:
                row.certificate_id = certificate_id

    async def list(self) -> tuple[CertificateRequest, ...]:
        """Every request, the newest first."""
        async with self._database.read() as session:
            newest = select(CertificateRequestRow).order_by(
                CertificateRequestRow.asked_at.desc(), CertificateRequestRow.id
            )
            return tuple(_request(row) for row in await session.scalars(newest))

    async def page(self, asked: PageRequest = FIRST_PAGE) -> Page[CertificateRequest]:
        """The same in pages.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        return await read_page(self._database, select(CertificateRequestRow), _NEWEST, asked, _request)


def _of(public_key: Fingerprint) -> Select[CertificateRequestRow]:
    return select(CertificateRequestRow).where(CertificateRequestRow.public_key == public_key)


def _request(row: CertificateRequestRow) -> CertificateRequest:
    return CertificateRequest.model_validate({name: getattr(row, name) for name in CertificateRequest.model_fields})
