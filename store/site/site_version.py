"""The version of a site: what a caller has read, and what it is when the change comes."""

import hashlib
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.site import Site
from store.database.built_once import built_once
from store.database.chain import canonical
from store.fault import StoreFault
from store.schema.tables import ClientExportRow, SiteRow
from store.trail.site_trail import site_digest

_EXPORT = built_once(
    select(ClientExportRow.id)
    .where(ClientExportRow.site_id == bindparam("site"))
    .order_by(ClientExportRow.taken_at.desc())
    .limit(1)
)


class RegisteredSite(NamedTuple):
    """What is read of a site's row where its contacts and pins are changed."""

    site: Site
    rest_url: str
    ca_pem: str | None
    access_code: str
    pins_code: str


class SiteChanged(StoreFault):
    """The site has changed since the caller has read it. Nothing was changed now."""


async def version_of(connection: AsyncConnection | AsyncSession, row: SiteRow | RegisteredSite) -> str:
    """The version of a site: another one as soon as the site, its access, its pins or its newest export are."""
    export = await connection.scalar(_EXPORT, {"site": row.site.id})
    content = [site_digest(row.site), row.access_code, row.pins_code, export]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


async def require_version(
    connection: AsyncConnection | AsyncSession, row: SiteRow | RegisteredSite, expected: str
) -> None:
    """Nothing where no version is expected, or the one of this row, which is locked.

    Raises:
        SiteChanged: when it is another one.
    """
    if expected and await version_of(connection, row) != expected:
        raise SiteChanged(f"site {row.site.id} has changed since it was read")
