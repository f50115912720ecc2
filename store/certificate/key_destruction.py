"""Destroying the private key of a certificate: wherever it is kept, once nothing needs it, with a record that stays."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.identity.two_persons import LASTS, TwoPersonAct, approvals, wish_digest
from rotation.order import OrderState
from rotation.plan.plan import PlanBody
from rotation.values import CertificateId, Fingerprint
from store.certificate.certificates import UnknownCertificate
from store.database.database import Database
from store.fault import StoreFault
from store.keys.destroyed import DestroyedKey, lock_keys, record_of
from store.progress import RotationStatus
from store.schema.tables import (
    CertificateOrderRow,
    CertificateRequestRow,
    CertificateRow,
    DestroyedKeyRow,
    KeystoreRow,
    PlanRow,
    RotationRow,
    SiteRow,
    WishRow,
)
from store.site.site_changes import ReasonedAct
from store.trail.site_trail import SERVICE_TRAIL, NewTrailEvent, SiteTrail, TrailKind


class KeyNeeded(StoreFault):
    """A rotation, an order, or a plan that waits for a second person needs the key."""


class NoKeyKept(StoreFault):
    """The key of the certificate is not kept, and was never destroyed here."""


class OtherFingerprint(StoreFault):
    """The caller names another fingerprint than that of the certificate."""


class KeyDestruction:
    """Destroys keys, and knows those that were."""

    def __init__(self, database: Database, trail: SiteTrail) -> None:
        self._database = database
        self._trail = trail

    async def of(self, public_key: Fingerprint) -> DestroyedKey | None:
        """The record of that key; None: it was not destroyed."""
        async with self._database.read() as session:
            row = await session.get(DestroyedKeyRow, public_key)
        return None if row is None else record_of(row)

    async def destroy(self, certificate_id: CertificateId, fingerprint: Fingerprint, act: ReasonedAct) -> DestroyedKey:
        """Delete the private key of a certificate wherever it is kept, and keep a record of that.

        It is deleted with each certificate of the same key, with the request that it was made for, and in keystores
        that were not taken. The certificates stay. Again changes nothing, and gives the record.

        Raises:
            UnknownCertificate: when none of that id is kept.
            OtherFingerprint: when the certificate has another fingerprint.
            NoKeyKept: when there is no key.
            KeyNeeded: while a running rotation, an order, or a plan that waits for a second person needs it.
        """
        await self._trail.ready()
        async with self._database.write() as session:
            await lock_keys(session)
            # starts of rotations wait, so that none begins with the key meanwhile
            await session.execute(select(SiteRow.id).order_by(SiteRow.id).with_for_update(key_share=True))
            named = await session.get(CertificateRow, certificate_id)
            if named is None:
                raise UnknownCertificate(f"no certificate of id {certificate_id} is kept")
            if named.fingerprint != fingerprint:
                raise OtherFingerprint(f"certificate {certificate_id} has the fingerprint {named.fingerprint}")
            public_key = named.facts.public_key
            if (before := await session.get(DestroyedKeyRow, public_key)) is not None:
                return record_of(before)
            alike = [row for row in await session.scalars(select(CertificateRow)) if _has(row, public_key)]
            request = await session.scalar(
                select(CertificateRequestRow).where(CertificateRequestRow.public_key == public_key)
            )
            if request is None and all(row.key_sealed is None for row in alike):
                raise NoKeyKept(f"the key of certificate {certificate_id} is not kept here")
            await _require_unneeded(session, alike, request, act.at)
            for row in alike:
                row.key_sealed = None
            if request is not None:
                request.key_sealed = None
            ids = sorted(row.id for row in alike)
            of_keystores = update(KeystoreRow).where(KeystoreRow.certificate_id.in_(ids))
            await session.execute(of_keystores.values(file_sealed=None))
            new = DestroyedKeyRow(
                public_key=public_key, certificate_id=certificate_id, at=act.at, who=act.author.who, why=act.why
            )
            session.add(new)
            await session.flush()
            head = await self._trail.append_within(session, SERVICE_TRAIL, _event(new, ids, fingerprint, request, act))
            record = record_of(new)
        await self._trail.note(SERVICE_TRAIL, head)
        return record


async def _require_unneeded(
    session: AsyncSession, alike: Iterable[CertificateRow], request: CertificateRequestRow | None, now: datetime
) -> None:
    fingerprints = {row.fingerprint for row in alike}
    if request is not None:
        ordered = select(CertificateOrderRow.id).where(CertificateOrderRow.request_id == request.id)
        running = await session.scalar(ordered.where(CertificateOrderRow.state == OrderState.RUNNING))
        if running is not None:
            raise KeyNeeded(f"order {running} runs for request {request.id}, which has this key")
    begun = select(RotationRow.id, RotationRow.site_id, PlanRow.body).join(PlanRow, PlanRow.id == RotationRow.plan_id)
    for row in await session.execute(begun.where(RotationRow.status == RotationStatus.RUNNING)):
        certificates = PlanBody.model_validate_json(row.body).certificates
        if any({each.fingerprint, each.replaces} & fingerprints for each in certificates):
            raise KeyNeeded(f"rotation {row.id} of site {row.site_id} puts its certificate in, or may put it back")
    for plan_id, body in await _waiting_plans(session, now):
        if body.files & fingerprints:
            raise KeyNeeded(f"plan {plan_id} waits for a second person to start it, and hands the file of it out")


async def _waiting_plans(session: AsyncSession, now: datetime) -> list[tuple[str, PlanBody]]:
    """The plans that one person wants to start, and for which a second person is waited."""
    waiting = select(WishRow.digest).where(
        WishRow.act == TwoPersonAct.START.value, WishRow.seconded_at.is_(None), WishRow.asked_at > now - LASTS
    )
    digests = set(await session.scalars(waiting))
    if not digests:
        return []
    known = (await session.execute(select(PlanRow.id, PlanRow.hash))).all()
    wanted = [
        row.id
        for row in known
        if any(wish_digest(TwoPersonAct.START, each) in digests for each in approvals(row.id, row.hash))
    ]
    bodies = await session.execute(select(PlanRow.id, PlanRow.body).where(PlanRow.id.in_(wanted)))
    return [(row.id, PlanBody.model_validate_json(row.body)) for row in bodies]


def _has(row: CertificateRow, public_key: Fingerprint) -> bool:
    return row.facts.public_key == public_key


def _event(
    row: DestroyedKeyRow,
    certificates: list[str],
    fingerprint: Fingerprint,
    request: CertificateRequestRow | None,
    act: ReasonedAct,
) -> NewTrailEvent:
    data = {
        "certificates": ", ".join(certificates),
        "fingerprint_sha256": fingerprint,
        "public_key_sha256": row.public_key,
        "request": None if request is None else request.id,
    }
    message = f"private key of certificate {row.certificate_id}: {act.why}"
    return NewTrailEvent(at=act.at, kind=TrailKind.KEY_DESTROYED, message=message, author=act.author, data=data)
