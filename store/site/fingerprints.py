"""What is trusted at a site's REST address: pins, and what running swaps announce."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.site import Site
from rotation.trust.contact import ContactKind
from rotation.trust.fingerprints import AcceptedCertificates, Announced, accepted, behind, settled
from rotation.values import Fingerprint, ServerName, SiteId
from store.database.built_once import built_once
from store.progress import RotationStatus
from store.schema.base import table_of
from store.schema.tables import ContactRow, PinnedFingerprintRow, RotationRow, SwapRow

_OF_SITE = ContactRow.site_id == bindparam("site")
_CONNECTED = ContactRow.kind == ContactKind.CONNECTED.value

_PINNED = built_once(select(PinnedFingerprintRow.fingerprint).where(PinnedFingerprintRow.site_id == bindparam("site")))
_PIN = built_once(insert(table_of(PinnedFingerprintRow)))
_UNPIN = built_once(
    delete(table_of(PinnedFingerprintRow)).where(
        PinnedFingerprintRow.site_id == bindparam("site"), PinnedFingerprintRow.fingerprint == bindparam("pinned")
    )
)
# One that was opened by a rotation which has ended as it should, and never seen, was withdrawn. What one that was ended
# from outside has left is unknown.
_ANNOUNCED = built_once(
    select(SwapRow.server, SwapRow.target, SwapRow.opened_at, SwapRow.seen_at)
    .join(RotationRow, RotationRow.id == SwapRow.rotation_id)
    .where(
        RotationRow.site_id == bindparam("site"),
        SwapRow.settled_at.is_(None),
        or_(
            SwapRow.seen_at.is_not(None),
            and_(
                SwapRow.opened_at.is_not(None),
                RotationRow.status != RotationStatus.COMPLETED.value,
                RotationRow.status != RotationStatus.CANCELLED.value,
                RotationRow.status != RotationStatus.ROLLED_BACK.value,
            ),
        ),
    )
)
_SETTLED = built_once(
    update(table_of(SwapRow))
    .where(
        SwapRow.settled_at.is_(None),
        SwapRow.rotation_id.in_(select(RotationRow.id).where(RotationRow.site_id == bindparam("site"))),
    )
    .values(settled_at=bindparam("moment"))
)
_PRESENTED = built_once(
    select(ContactRow.fingerprint, func.max(ContactRow.number).label("number"))
    .where(_OF_SITE, _CONNECTED)
    .group_by(ContactRow.fingerprint)
)
_LATEST = built_once(
    select(ContactRow.at)
    .where(_OF_SITE, _CONNECTED, ContactRow.fingerprint == bindparam("presented"))
    .order_by(ContactRow.number.desc())
    .limit(1)
)


async def pins_of(connection: AsyncConnection, site_id: SiteId) -> frozenset[Fingerprint]:
    """The certificates that are known for the site."""
    return frozenset(Fingerprint(one) for one in await connection.scalars(_PINNED, {"site": site_id}))


async def accepted_at(connection: AsyncConnection, site: Site, rest_url: str, *, has_ca: bool) -> AcceptedCertificates:
    """What is accepted at the site's REST address now."""
    pins, announced = await pins_of(connection, site.id), await _announced(connection, site.id)
    last: Fingerprint | None = None
    if has_ca and announced:
        new = {each.target for each in announced}
        presented = await connection.execute(_PRESENTED, {"site": site.id})
        former = [row for row in presented if row.fingerprint is not None and row.fingerprint not in new]
        last = max(former, key=lambda row: row.number).fingerprint if former else None
    return accepted(pins, announced, behind(site, rest_url), last_by_ca=last)


async def settle(
    connection: AsyncConnection, site: Site, rest_url: str, at: datetime
) -> tuple[frozenset[Fingerprint], frozenset[Fingerprint]]:
    """Pin the announced certificates from now on, where every server behind the address is proven.

    Returns:
        The certificates that are trusted now and were not before, and those that are not trusted any more.
    """
    announced = await _announced(connection, site.id)
    if not announced:
        return frozenset(), frozenset()
    targets = {each.target for each in announced}
    presented = {each: await connection.scalar(_LATEST, {"site": site.id, "presented": each}) for each in targets}
    now = settled(announced, behind(site, rest_url), presented)
    if now is None:
        return frozenset(), frozenset()
    before = await pins_of(connection, site.id)
    for gone in before - now:
        await unpin(connection, site.id, gone)
    for new in now - before:
        await pin(connection, site.id, new)
    await connection.execute(_SETTLED, {"site": site.id, "moment": at})
    return now - before, before - now


async def pin(connection: AsyncConnection, site_id: SiteId, fingerprint: Fingerprint) -> None:
    """Know a certificate that is not pinned yet."""
    await connection.execute(_PIN, {"site_id": site_id, "fingerprint": fingerprint})


async def unpin(connection: AsyncConnection, site_id: SiteId, fingerprint: Fingerprint) -> None:
    """Know it no more."""
    await connection.execute(_UNPIN, {"site": site_id, "pinned": fingerprint})


async def _announced(connection: AsyncConnection, site_id: SiteId) -> tuple[Announced, ...]:
    rows = await connection.execute(_ANNOUNCED, {"site": site_id})
    return tuple(
        Announced(
            server=ServerName(row.server),
            target=Fingerprint(row.target),
            opened_at=row.opened_at or row.seen_at,
            seen_at=row.seen_at,
        )
        for row in rows
    )
