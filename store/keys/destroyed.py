"""Private keys that a person had destroyed: the record of each, and the bar to keep one again."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.plan.plan import PlanBody
from rotation.values import CertificateId, Fingerprint, Value
from store.fault import StoreFault
from store.keys.mac_key import MAC_KEY_ID
from store.schema.tables import CertificateRow, DestroyedKeyRow, SealedKeyRow


class DestroyedKey(Value):
    """The record of a key that was destroyed."""

    public_key: Fingerprint
    certificate_id: CertificateId
    """The certificate that the person named; others may have had the same key."""
    at: datetime
    who: str
    why: str


class KeyDestroyed(StoreFault):
    """The private key was destroyed at a person's wish, and is not kept again."""


async def lock_keys(session: AsyncSession) -> None:
    """Have destroying a key, and keeping it or a file with it, take turns where the database locks rows."""
    service = select(SealedKeyRow.id).where(SealedKeyRow.id == MAC_KEY_ID)
    await session.execute(service.with_for_update(key_share=True))


async def require_key_lives(session: AsyncSession, public_key: Fingerprint) -> None:
    """Nothing where the key may be kept.

    Raises:
        KeyDestroyed: when it was destroyed.
    """
    row = await session.get(DestroyedKeyRow, public_key)
    if row is not None:
        raise KeyDestroyed(
            f"the private key of certificate {row.certificate_id} was destroyed by {row.who} at "
            f"{row.at:%Y-%m-%d %H:%M} UTC ({row.why}), and is not kept again"
        )


async def require_files(session: AsyncSession, body: bytes) -> None:
    """Nothing where the keys are kept of each certificate whose file a task of the plan hands out.

    Raises:
        KeyDestroyed: when one was destroyed.
    """
    if not await session.scalar(select(exists().where(DestroyedKeyRow.public_key.is_not(None)))):
        return
    files = PlanBody.model_validate_json(body).files
    rows = await session.scalars(select(CertificateRow).where(CertificateRow.fingerprint.in_(files)))
    for row in rows.all():
        await require_key_lives(session, row.facts.public_key)


def record_of(row: DestroyedKeyRow) -> DestroyedKey:
    """The record in a row."""
    return DestroyedKey.model_validate({name: getattr(row, name) for name in DestroyedKey.model_fields})
