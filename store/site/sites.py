"""Registered sites: what no SEPM API tells, and how their REST API is reached."""

from collections.abc import Collection
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.access import OfflineDocument
from rotation.site import DatabaseKind as SiteDatabase
from rotation.site import Limits, ServerList, Site
from rotation.values import Fingerprint, SiteId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.fault import StoreFault
from store.keys.sealed import SITE_PASSWORD
from store.keys.vault import Vault
from store.schema.tables import PinnedFingerprintRow, SiteRow
from store.site.fingerprints import accepted_at

_REACHED = built_once(
    select(
        SiteRow.site, SiteRow.rest_url, SiteRow.username, SiteRow.password_sealed, SiteRow.domain, SiteRow.ca_pem
    ).where(SiteRow.id == bindparam("site"))
)
_REGISTERED = built_once(select(SiteRow.id).where(SiteRow.id == bindparam("site")))
_REST_URLS = built_once(select(SiteRow.id, SiteRow.rest_url))
_SITE = built_once(select(SiteRow.site).where(SiteRow.id == bindparam("site")))


class UnknownSite(StoreFault):
    """No site of that id or name is registered."""


class SiteExists(StoreFault):
    """A site of that id or name is registered already."""


class SiteAccess(Value):
    """Where a site's REST API is, for whom, and which certificates it may present."""

    rest_url: str
    username: str
    domain: str = ""
    fingerprints: frozenset[Fingerprint] = frozenset()
    """Those that are known, and while a swap is not settled the announced ones (`rotation.trust.fingerprints`)."""
    ca_pem: str | None = None
    by_ca: bool = True
    """Whether a certificate from the CA is enough now."""


class SiteConnection(SiteAccess):
    """How a site's REST API is reached."""

    password: SecretStr


class Sites:
    """The registered sites."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(self, site: Site, connection: SiteConnection, at: datetime) -> None:
        """Register `site`.

        Raises:
            SiteExists: when its id or its name is taken.
            KeyServerDown, KeyServerRefused: when the password cannot be sealed.
        """
        password = connection.password.get_secret_value().encode()
        row = SiteRow(
            id=site.id,
            name=site.name,
            site=site,
            rest_url=connection.rest_url,
            username=connection.username,
            password_sealed=await self._vault.seal(SITE_PASSWORD, site.id, password),
            domain=connection.domain,
            ca_pem=connection.ca_pem,
            added_at=at,
        )
        try:
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                session.add_all(
                    PinnedFingerprintRow(site_id=site.id, fingerprint=pinned) for pinned in connection.fingerprints
                )
        except IntegrityError:
            raise SiteExists(f"a site {site.name!r} or of id {site.id} is registered already") from None

    async def add_at_console(self, site: Site, at: datetime) -> None:
        """Register a site without REST: it has no address, no account and nothing that is pinned.

        Raises:
            SiteExists: when its id or its name is taken.
            KeyServerDown, KeyServerRefused: when the empty password cannot be sealed.
        """
        if site.at_console is None:
            raise TypeError(f"site {site.name} is reached over REST: it is added with its connection")
        row = SiteRow(
            id=site.id,
            name=site.name,
            site=site,
            rest_url="",
            username="",
            password_sealed=await self._vault.seal(SITE_PASSWORD, site.id, b""),
            domain="",
            ca_pem=None,
            added_at=at,
        )
        try:
            async with self._database.write() as session:
                session.add(row)
        except IntegrityError:
            raise SiteExists(f"a site {site.name!r} or of id {site.id} is registered already") from None

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
        """How the site is reached, for callers that do not log on: no key is needed.

        Raises:
            UnknownSite: when none is registered.
        """
        access, _ = await self._reached(site_id)
        return access

    async def connection(self, site_id: SiteId) -> SiteConnection:
        """How the site is reached, with its password.

        Raises:
            UnknownSite: when none is registered.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when its password cannot be read.
        """
        access, sealed = await self._reached(site_id)
        password = await self._vault.open(SITE_PASSWORD, site_id, sealed)
        return SiteConnection(**dict(access), password=SecretStr(password.decode()))

    async def _reached(self, site_id: SiteId) -> tuple[SiteAccess, bytes]:
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_REACHED, {"site": site_id})).one_or_none()
            if row is None:
                raise _unknown(site_id)
            now = await accepted_at(connection, row.site, row.rest_url, has_ca=row.ca_pem is not None)
        access = SiteAccess(
            rest_url=row.rest_url,
            username=row.username,
            domain=row.domain,
            fingerprints=now.fingerprints,
            ca_pem=row.ca_pem,
            by_ca=now.by_ca,
        )
        return access, row.password_sealed

    async def rest_urls(self) -> dict[SiteId, str]:
        """Where SEPM's REST service of every site is. No password is opened for it."""
        async with self._database.read_rows() as connection:
            return {SiteId(row.id): row.rest_url for row in await connection.execute(_REST_URLS)}

    async def describe_lists(self, site_id: SiteId, lists: Collection[ServerList]) -> Site:
        """Replace what is in the site's server lists. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
            ValueError: when two lists have one name.
        """
        async with self._database.write() as session:
            row = await known_site(session, site_id, lock=True)
            # built again and not copied: only then are its own rules checked
            row.site = Site.model_validate({**dict(row.site), "lists": tuple(lists)})
            return row.site

    async def describe_console(self, site_id: SiteId, access: OfflineDocument) -> Site:
        """Replace the document of a site without REST. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.write() as session:
            row = await known_site(session, site_id, lock=True)
            row.site = row.site.model_copy(update={"access": access})
            return row.site

    async def set_limits(self, site_id: SiteId, limits: Limits) -> Site:
        """Replace what the site's owner wants waited for. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.write() as session:
            row = await known_site(session, site_id)
            row.site = row.site.model_copy(update={"limits": limits, "refused_limits": ()})
            return row.site

    async def set_database(self, site_id: SiteId, database: SiteDatabase) -> Site:
        """Say which database the site has. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.write() as session:
            row = await known_site(session, site_id, lock=True)
            row.site = row.site.model_copy(update={"database": database})
            return row.site

    async def list(self) -> tuple[Site, ...]:
        """Every site, by name."""
        async with self._database.read() as session:
            rows = await session.scalars(select(SiteRow).order_by(SiteRow.name))
            return tuple(row.site for row in rows)


async def known_site(session: AsyncSession, site_id: str, *, lock: bool = False) -> SiteRow:
    """The row of a registered site; locked until the transaction ends where the database locks rows.

    Raises:
        UnknownSite: when none is registered.
    """
    row = await session.get(SiteRow, site_id, with_for_update={"key_share": True} if lock else None)
    if row is None:
        raise _unknown(site_id)
    return row


async def expect_site(connection: AsyncConnection, site_id: str) -> None:
    """Nothing where the site is registered.

    Raises:
        UnknownSite: when none is.
    """
    if await connection.scalar(_REGISTERED, {"site": site_id}) is None:
        raise _unknown(site_id)


def _unknown(site_id: str) -> UnknownSite:
    return UnknownSite(f"no site of id {site_id} is registered")
