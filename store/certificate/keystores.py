"""Keystores on their way to a caller: sealed, handed out once, and gone after some minutes."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from rotation.text.written_values import instant_text
from rotation.values import CertificateId, Value
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.destroyed import lock_keys, require_key_lives
from store.keys.sealed import KEYSTORE
from store.keys.vault import Vault
from store.schema.tables import CertificateRow, KeystoreRow
from store.trail.site_trail import (
    SERVICE,
    SERVICE_TRAIL,
    Author,
    NewTrailEvent,
    SiteTrail,
    TrailKind,
)

_NEWEST = ListOrder("keystores", (KeystoreRow.made_at, KeystoreRow.id), falls=True)


class UnknownKeystore(StoreFault):
    """No keystore of that id and format was made of the certificate."""


class KeystoreGone(StoreFault):
    """The keystore was taken, or its time is over."""


class KeystoreRecord(Value):
    """Who asked for a keystore, and what became of it."""

    id: str
    certificate_id: CertificateId
    format: str
    asked_by: str
    made_at: datetime
    expires_at: datetime
    taken_at: datetime | None


class Keystores:
    """The keystores that were asked for. No record of one is ever deleted."""

    def __init__(self, database: Database, vault: Vault, trail: SiteTrail) -> None:
        self._database = database
        self._vault = vault
        self._trail = trail

    async def add(self, record: KeystoreRecord, file: bytes, author: Author | None = None) -> None:
        """Keep a file until it is taken or its time is over. Files whose time is over are dropped.

        Raises:
            KeyDestroyed: when the certificate's private key was destroyed meanwhile.
            KeyServerDown, KeyServerRefused: when it cannot be sealed; then nothing is kept.
        """
        sealed = await self._vault.seal(KEYSTORE, record.id, file)
        author = author or Author(who=record.asked_by)
        event = _event(TrailKind.KEYSTORE_MADE, record.id, record.certificate_id, record.made_at, author)
        await self._trail.ready()
        async with self._database.write() as session:
            await lock_keys(session)
            certificate = await session.get(CertificateRow, record.certificate_id)
            if certificate is not None:
                await require_key_lives(session, certificate.facts.public_key)
            overdue = update(KeystoreRow).where(KeystoreRow.expires_at <= record.made_at).values(file_sealed=None)
            await session.execute(overdue)
            session.add(KeystoreRow(**record.model_dump(), file_sealed=sealed))
            head = await self._trail.append_within(session, SERVICE_TRAIL, event)
        await self._trail.note(SERVICE_TRAIL, head)

    async def take(
        self, keystore_id: str, certificate_id: CertificateId, form: str, at: datetime, author: Author = SERVICE
    ) -> bytes:
        """The file, this once. That it was taken is stored before it leaves.

        Raises:
            UnknownKeystore: when there is none of that id, certificate and format.
            KeystoreGone: when it was taken before, or its time is over.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when it cannot be opened; it stays then.
        """
        wanted = select(KeystoreRow).where(
            KeystoreRow.id == keystore_id,
            KeystoreRow.certificate_id == certificate_id,
            KeystoreRow.format == form,
        )
        async with self._database.read() as session:
            sealed = _ready((await session.scalars(wanted)).one_or_none(), keystore_id, at)
        await self._trail.ready()
        file = await self._vault.open(KEYSTORE, keystore_id, sealed)
        async with self._database.write() as session:
            await lock_keys(session)  # first, as destroying a key does: else they wait for each other
            row = (await session.scalars(wanted.with_for_update())).one()
            _ready(row, keystore_id, at)  # another may have been first
            row.taken_at, row.file_sealed = at, None
            event = _event(TrailKind.KEYSTORE_TAKEN, keystore_id, certificate_id, at, author)
            head = await self._trail.append_within(session, SERVICE_TRAIL, event)
        await self._trail.note(SERVICE_TRAIL, head)
        return file

    async def page(self, certificate_id: CertificateId, asked: PageRequest = FIRST_PAGE) -> Page[KeystoreRecord]:
        """The keystores that were asked for of a certificate, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(KeystoreRow).where(KeystoreRow.certificate_id == certificate_id)
        return await read_page(self._database, wanted, _NEWEST.of(certificate_id), asked, _record)


def _event(kind: TrailKind, keystore_id: str, certificate_id: str, at: datetime, author: Author) -> NewTrailEvent:
    data = {"keystore": keystore_id, "certificate": certificate_id}
    message = f"keystore {keystore_id} of certificate {certificate_id}"
    return NewTrailEvent(at=at, kind=kind, message=message, author=author, data=data)


def _ready(row: KeystoreRow | None, keystore_id: str, at: datetime) -> bytes:
    """The sealed file of a keystore that can be taken now."""
    if row is None:
        raise UnknownKeystore(f"no keystore {keystore_id} in that format was made of that certificate")
    if row.taken_at is not None:
        raise KeystoreGone(f"keystore {keystore_id} was taken at {instant_text(row.taken_at)}")
    if row.expires_at <= at:
        raise KeystoreGone(f"keystore {keystore_id} could be taken until {instant_text(row.expires_at)}")
    if row.file_sealed is None:
        raise KeystoreGone(f"keystore {keystore_id} was destroyed with its private key")
    return row.file_sealed


def lives_until(made_at: datetime) -> datetime:
    """How long a keystore can be taken: long enough for a person at a slow console."""
    return made_at + timedelta(minutes=10)


def _record(row: KeystoreRow) -> KeystoreRecord:
    return KeystoreRecord.model_validate({name: getattr(row, name) for name in KeystoreRecord.model_fields})
