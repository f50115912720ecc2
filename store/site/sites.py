"""Registered sites: what no SEPM API tells, and how their REST API is reached."""

from collections.abc import Collection
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import JSON, Text, bindparam, cast, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.site import Site
from rotation.values import SiteId
from store.database.built_once import built_once
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.mac_key import Codes, MacKey
from store.keys.vault import Vault
from store.schema.tables import PinnedFingerprintRow, SiteRow
from store.site.access import SiteAccess, SiteConnection, prove, sealed_access, with_password
from store.site.fingerprints import accepted_at
from store.trail.site_trail import (
    SERVICE,
    SITE_DIGEST,
    Author,
    NewTrailEvent,
    SiteTrail,
    TrailKind,
    site_digest,
)

_REACHED = built_once(
    select(
        SiteRow.site,
        SiteRow.rest_url,
        SiteRow.username,
        SiteRow.password_sealed,
        SiteRow.domain,
        SiteRow.ca_pem,
        SiteRow.access_code,
    ).where(SiteRow.id == bindparam("site"))
)
_REST_URLS = built_once(select(SiteRow.id, SiteRow.rest_url))
_BY_NAME = ListOrder("sites", (SiteRow.name,))
_SITE = built_once(select(SiteRow.site).where(SiteRow.id == bindparam("site")))


class UnknownSite(StoreFault):
    """No site of that id or name is registered."""


class SiteExists(StoreFault):
    """A site of that id or name is registered already."""


class SiteArchived(StoreFault):
    """The site is archived: nothing begins there until a person takes it back."""


class Sites:
    """The registered sites."""

    def __init__(self, database: Database, vault: Vault, mac_key: MacKey, trail: SiteTrail) -> None:
        self._database = database
        self._vault = vault
        self._mac_key = mac_key
        self._trail = trail

    async def add(self, site: Site, connection: SiteConnection, at: datetime, author: Author = SERVICE) -> None:
        """Register `site`.

        Raises:
            SiteExists: when its id or its name is taken.
            KeyServerDown, KeyServerRefused: when the password cannot be sealed.
        """
        await self._add(site, connection, at, author)

    async def add_at_console(self, site: Site, at: datetime, author: Author = SERVICE) -> None:
        """Register a site without REST: it has no address, no account and nothing that is pinned.

        Raises:
            SiteExists: when its id or its name is taken.
            KeyServerDown, KeyServerRefused: when the empty password cannot be sealed.
        """
        if site.at_console is None:
            raise TypeError(f"site {site.name} is reached over REST: it is added with its connection")
        nothing = SiteConnection(rest_url="", username="", password=SecretStr(""))
        await self._add(site, nothing, at, author)

    async def _add(self, site: Site, connection: SiteConnection, at: datetime, author: Author) -> None:
        columns = await sealed_access(self._vault, self._mac_key, site, connection)
        registered = NewTrailEvent(
            at=at,
            kind=TrailKind.REGISTERED,
            message=f"site {site.name}",
            author=author,
            data={
                SITE_DIGEST: site_digest(site),
                "rest_url": connection.rest_url,
                "username": connection.username,
                "domain": connection.domain,
                "fingerprints": ",".join(sorted(connection.fingerprints)),
            },
        )
        try:
            async with self._database.write() as session:
                session.add(SiteRow(id=site.id, name=site.name, site=site, added_at=at, **columns))
                await session.flush()
                session.add_all(
                    PinnedFingerprintRow(site_id=site.id, fingerprint=pinned) for pinned in connection.fingerprints
                )
                head = await self._trail.append_within(session, site.id, registered)
        except IntegrityError:
            raise SiteExists(f"a site {site.name!r} or of id {site.id} is registered already") from None
        await self._trail.note(site.id, head)

    async def get(self, site_id: SiteId) -> Site:
        """The site of that id.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_SITE, {"site": site_id})).one_or_none()
        if row is None:
            raise _unknown(site_id)
        site: Site = row.site
        return site

    async def by_name(self, name: str) -> Site:
        """The site of that name.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.read() as session:
            row = await session.scalar(select(SiteRow).where(SiteRow.name == name))
        if row is None:
            raise UnknownSite(f"no site named {name!r} is registered")
        return row.site

    async def access(self, site_id: SiteId) -> SiteAccess:
        """How the site is reached, for callers that only show it: no key is needed, and nothing of it is proven.

        Raises:
            UnknownSite: when none is registered.
        """
        access, _ = await self._reached(site_id, None)
        return access

    async def proven_access(self, site_id: SiteId) -> SiteAccess:
        """How the site is reached, as the service has stored it. Its password is not opened.

        Raises:
            UnknownSite: when none is registered.
            AccessAltered: when another writer has changed its address, its account or what is trusted there.
            VaultKeyWrong, KeyServerDown, KeyServerRefused: when codes cannot be compared now.
        """
        access, _ = await self._reached(site_id, await self._mac_key.codes())
        return access

    async def connection(self, site_id: SiteId) -> SiteConnection:
        """How the site is reached, with its password.

        Raises:
            UnknownSite: when none is registered.
            AccessAltered: when another writer has changed its address, its account or what is trusted there.
            NotOpenedHere: when only the worker opens passwords, and this is another process.
            VaultKeyWrong, KeyServerDown, KeyServerRefused: when its password cannot be read.
        """
        access, sealed = await self._reached(site_id, await self._mac_key.codes())
        return await with_password(self._vault, site_id, access, sealed)

    async def _reached(self, site_id: SiteId, codes: Codes | None) -> tuple[SiteAccess, bytes]:
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_REACHED, {"site": site_id})).one_or_none()
            if row is None:
                raise _unknown(site_id)
            now = await accepted_at(connection, codes, row.site, row.rest_url, has_ca=row.ca_pem is not None)
        access = SiteAccess(
            rest_url=row.rest_url,
            username=row.username,
            domain=row.domain,
            fingerprints=now.fingerprints,
            ca_pem=row.ca_pem,
            by_ca=now.by_ca,
        )
        if codes is not None:
            prove(codes, site_id, access, row.password_sealed, row.access_code)
        return access, row.password_sealed

    async def rest_urls(self) -> dict[SiteId, str]:
        """Where SEPM's REST service of every site is. No password is opened for it."""
        async with self._database.read_rows() as connection:
            return {SiteId(row.id): row.rest_url for row in await connection.execute(_REST_URLS)}

    async def list(self) -> tuple[Site, ...]:
        """Every site, by name."""
        async with self._database.read() as session:
            rows = await session.scalars(select(SiteRow).order_by(SiteRow.name))
            return tuple(row.site for row in rows)

    async def page(
        self, asked: PageRequest = FIRST_PAGE, *, sites: Collection[SiteId] | None = None, archived: bool = False
    ) -> Page[Site]:
        """All sites, or some of them, by name; archived ones only when they are asked for.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(SiteRow.site)
        if sites is not None:
            wanted = wanted.where(SiteRow.id.in_(sites))
        if not archived:
            stored = type_coerce(SiteRow.site, Text)
            document = cast(stored, JSON) if self._database.is_postgresql else type_coerce(stored, JSON)
            wanted = wanted.where(document["archived_at"].as_string().is_(None))
        return await read_page(self._database, wanted, _BY_NAME, asked, _as_stored)


async def known_site(session: AsyncSession, site_id: str, *, lock: bool = False) -> SiteRow:
    """The row of a registered site; locked until the transaction ends where the database locks rows.

    Raises:
        UnknownSite: when none is registered.
    """
    row = await session.get(SiteRow, site_id, with_for_update={"key_share": True} if lock else None)
    if row is None:
        raise _unknown(site_id)
    return row


async def expect_site_in_use(connection: AsyncConnection, site_id: str) -> None:
    """Nothing where the site is registered and not archived.

    Raises:
        UnknownSite: when none is registered.
        SiteArchived: when it is archived.
    """
    site = await connection.scalar(_SITE, {"site": site_id})
    if site is None:
        raise _unknown(site_id)
    require_in_use(site)


def require_in_use(site: Site) -> Site:
    """The site, which is not archived.

    Raises:
        SiteArchived: when it is.
    """
    if site.archived_at is not None:
        raise SiteArchived(
            f"site {site.name} ({site.id}) has been archived since {site.archived_at:%Y-%m-%d %H:%M} UTC: no plan, "
            "rotation, restore or survey begins there"
        )
    return site


def _as_stored(site: Site) -> Site:
    return site


def _unknown(site_id: str) -> UnknownSite:
    return UnknownSite(f"no site of id {site_id} is registered")
