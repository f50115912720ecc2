"""What is trusted at a site's REST address: pins, and what running swaps announce.

Pins have a code, all of a site together, and so has each swap: what another writer of the database has added, taken out
or changed is seen before a connection is made.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.site import Site
from rotation.trust.contact import ContactKind
from rotation.trust.fingerprints import AcceptedCertificates, Announced, accepted, address, behind, settled
from rotation.values import Fingerprint, ServerName, SiteId
from store.database.built_once import built_once
from store.fault import StoreFault
from store.keys.mac_key import Codes
from store.progress import RotationStatus
from store.schema.base import table_of
from store.schema.tables import ContactRow, PinnedFingerprintRow, RotationRow, SiteRow, SwapRow

_OF_SITE = ContactRow.site_id == bindparam("site")
_CONNECTED = and_(
    ContactRow.kind == ContactKind.CONNECTED.value,
    # connections to another server, for a second view, tell nothing of the site's own address
    ContactRow.address == bindparam("where"),
)

_CODED = built_once(update(table_of(SiteRow)).where(SiteRow.id == bindparam("the_site")))
# in one statement: between two of them another transaction may pin
_PINNED = built_once(
    select(PinnedFingerprintRow.fingerprint, SiteRow.pins_code)
    .select_from(SiteRow)
    .outerjoin(PinnedFingerprintRow, PinnedFingerprintRow.site_id == SiteRow.id)
    .where(SiteRow.id == bindparam("site"))
)
_PIN = built_once(insert(table_of(PinnedFingerprintRow)))
_UNPIN = built_once(
    delete(table_of(PinnedFingerprintRow)).where(
        PinnedFingerprintRow.site_id == bindparam("site"), PinnedFingerprintRow.fingerprint == bindparam("pinned")
    )
)
# One that was opened by a rotation which has ended as it should, and never seen, was withdrawn. What one that was ended
# from outside has left is unknown.
_ANNOUNCED = built_once(
    select(SwapRow.rotation_id, SwapRow.server, SwapRow.target, SwapRow.opened_at, SwapRow.seen_at, SwapRow.code)
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


class AccessAltered(StoreFault):
    """How a site is reached was changed in the database, and not by the service. Nothing was sent."""

    def __init__(self, site_id: str, what: str) -> None:
        super().__init__(
            f"site {site_id}: {what} in the database, and not by the service, so nothing was sent to SEPM; find out "
            f"who wrote there, then state how the site is reached: PUT /v1/sites/{site_id}/access"
        )


def pins_code(codes: Codes, site: Site, pins: Collection[str]) -> str:
    """The code of the pins of a site, all together, and of the addresses of its servers: some get the password, too."""
    places = (f"{each.name} {each.address} {each.rest_port}" for each in site.servers)
    return codes.code("pinned fingerprints", site.id, *places, *sorted(pins))


def swap_code(codes: Codes, rotation_id: str, server: str, target: str) -> str:
    """The code of a swap, which announces its target."""
    return codes.code("announced fingerprint", rotation_id, server, target)


async def pins_of(connection: AsyncConnection, codes: Codes | None, site: Site) -> frozenset[Fingerprint]:
    """The certificates that are known for the site. Without codes they are unproven, and only to be shown.

    Raises:
        AccessAltered: when another writer has added, changed or taken out one, or changed the address of a server.
    """
    rows = list(await connection.execute(_PINNED, {"site": site.id}))
    pins = frozenset(Fingerprint(row.fingerprint) for row in rows if row.fingerprint is not None)
    if codes is not None and any(row.pins_code != pins_code(codes, site, pins) for row in rows):
        raise AccessAltered(site.id, "its trusted fingerprints, or the addresses of its servers, were changed")
    return pins


async def accepted_at(
    connection: AsyncConnection, codes: Codes | None, site: Site, rest_url: str, *, has_ca: bool
) -> AcceptedCertificates:
    """What is accepted at the site's REST address now. Without codes it is unproven, and only to be shown.

    Raises:
        AccessAltered: when another writer has changed that.
    """
    pins, announced = await pins_of(connection, codes, site), await _announced(connection, codes, site.id)
    last: Fingerprint | None = None
    if has_ca and announced:
        new = {each.target for each in announced}
        presented = await connection.execute(_PRESENTED, {"site": site.id, "where": address(rest_url)})
        former = [row for row in presented if row.fingerprint is not None and row.fingerprint not in new]
        last = max(former, key=lambda row: row.number).fingerprint if former else None
    return accepted(pins, announced, behind(site, rest_url), last_by_ca=last)


async def settle(
    connection: AsyncConnection, codes: Codes, site: Site, rest_url: str, at: datetime
) -> tuple[frozenset[Fingerprint], frozenset[Fingerprint]]:
    """Pin the announced certificates from now on, where every server behind the address is proven.

    Returns:
        The certificates that are trusted now and were not before, and those that are not trusted any more.
    """
    announced = await _announced(connection, codes, site.id)
    if not announced:
        return frozenset(), frozenset()
    targets = {each.target for each in announced}
    names = {"site": site.id, "where": address(rest_url)}
    presented = {each: await connection.scalar(_LATEST, {**names, "presented": each}) for each in targets}
    now = settled(announced, behind(site, rest_url), presented)
    if now is None:
        return frozenset(), frozenset()
    before = await pins_of(connection, codes, site)
    await keep_pins(connection, codes, site, before, now)
    await connection.execute(_SETTLED, {"site": site.id, "moment": at})
    return now - before, before - now


async def keep_pins(
    connection: AsyncConnection,
    codes: Codes,
    site: Site,
    before: Collection[Fingerprint],
    now: Collection[Fingerprint],
) -> None:
    """Trust `now` in place of what was pinned `before`."""
    for gone in set(before) - set(now):
        await connection.execute(_UNPIN, {"site": site.id, "pinned": gone})
    for new in set(now) - set(before):
        await connection.execute(_PIN, {"site_id": site.id, "fingerprint": new})
    await connection.execute(_CODED, {"the_site": site.id, "pins_code": pins_code(codes, site, now)})


async def _announced(connection: AsyncConnection, codes: Codes | None, site_id: SiteId) -> tuple[Announced, ...]:
    rows = list(await connection.execute(_ANNOUNCED, {"site": site_id}))
    if codes and any(row.code != swap_code(codes, row.rotation_id, row.server, row.target) for row in rows):
        raise AccessAltered(site_id, "a certificate that a swap announces was changed")
    return tuple(
        Announced(
            server=ServerName(row.server),
            target=Fingerprint(row.target),
            opened_at=row.opened_at or row.seen_at,
            seen_at=row.seen_at,
        )
        for row in rows
    )
