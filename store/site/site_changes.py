"""Changes of a registered site by people: on the site's trail with who, from where and why, in the same transaction."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.access import OfflineDocument
from rotation.site import DatabaseKind as SiteDatabase
from rotation.site import Limits, ServerList, Site
from rotation.values import RotationId, SiteId, Value
from store.database.database import Database
from store.fault import StoreFault
from store.keys.mac_key import MacKey
from store.keys.vault import Vault
from store.progress import RotationStatus
from store.schema.tables import PinnedFingerprintRow, RotationRow
from store.site.access import SiteConnection, sealed_access
from store.site.site_version import require_version, version_of
from store.site.sites import SiteExists, known_site
from store.trail.site_trail import (
    SITE_DIGEST,
    Author,
    NewTrailEvent,
    SiteTrail,
    TrailKind,
    site_digest,
)

_RUNNING = select(RotationRow.id).where(RotationRow.status == RotationStatus.RUNNING)


class SiteInUse(StoreFault):
    """A rotation that runs rests on what is to be changed."""


class ReasonedAct(Value):
    """Who does something at a site, from where, why and when."""

    at: datetime
    author: Author
    why: str = Field(min_length=1, max_length=2000)
    expected: str = ""
    """The version of the site that it is about (`store.site.site_version`); empty: whichever it has."""


class SiteChanges:
    """What people change of sites."""

    def __init__(self, database: Database, vault: Vault, mac_key: MacKey, trail: SiteTrail) -> None:
        self._database = database
        self._vault = vault
        self._mac_key = mac_key
        self._trail = trail

    async def version(self, site_id: SiteId) -> str:
        """The version of the site now.

        Raises:
            UnknownSite: when none is registered.
        """
        async with self._database.read() as session:
            return await version_of(session, await known_site(session, site_id))

    async def describe_lists(self, site_id: SiteId, lists: Collection[ServerList], act: ReasonedAct) -> Site:
        """Replace what is in the site's server lists. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
            SiteInUse: while a rotation of the site runs.
            ValueError: when two lists have one name.
        """

        def changed(site: Site) -> Site:
            # built again and not copied: only then are its own rules checked
            return Site.model_validate({**dict(site), "lists": tuple(lists)})

        return await self._change(site_id, TrailKind.LISTS_CHANGED, "server lists", act, changed, unless_running=True)

    async def describe_console(self, site_id: SiteId, access: OfflineDocument, act: ReasonedAct) -> Site:
        """Replace the document of a site without REST. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
            SiteInUse: while a rotation of the site runs.
        """

        def changed(site: Site) -> Site:
            return site.model_copy(update={"access": access})

        kind = TrailKind.DOCUMENT_CHANGED
        return await self._change(site_id, kind, "document of a site without REST", act, changed, unless_running=True)

    async def set_limits(self, site_id: SiteId, limits: Limits, act: ReasonedAct) -> Site:
        """Replace what the site's owner wants waited for. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
        """

        def changed(site: Site) -> Site:
            return site.model_copy(update={"limits": limits, "refused_limits": ()})

        return await self._change(site_id, TrailKind.LIMITS_CHANGED, "limits", act, changed)

    async def set_database(self, site_id: SiteId, database: SiteDatabase, act: ReasonedAct) -> Site:
        """State which database the site has. Returns the site as it is now.

        Raises:
            UnknownSite: when none is registered.
        """

        def changed(site: Site) -> Site:
            return site.model_copy(update={"database": database})

        return await self._change(site_id, TrailKind.DATABASE_CHANGED, f"database: {database.value}", act, changed)

    async def rename(self, site_id: SiteId, name: str, act: ReasonedAct) -> Site:
        """Give the site another name; its id stays. Returns the site as it is now.

        A running rotation and its tasks keep the name that they began with.

        Raises:
            UnknownSite: when none is registered.
            SiteExists: when another site has the name.
        """

        def changed(site: Site) -> Site:
            return site if site.name == name else site.model_copy(update={"name": name})

        try:
            return await self._change(site_id, TrailKind.RENAMED, f"name: {name}", act, changed)
        except IntegrityError:
            raise SiteExists(f"another site is named {name!r}") from None

    async def archive(self, site_id: SiteId, act: ReasonedAct, *, left_changed: Collection[RotationId] = ()) -> Site:
        """Have nothing begin at the site from now on. Returns the site as it is now. Again changes nothing.

        Args:
            site_id: the site.
            act: who archives it, and why.
            left_changed: the rotations whose changes are not put back, as the caller accepts; for the trail.

        Raises:
            UnknownSite: when none is registered.
            SiteInUse: while a rotation of the site runs.
        """

        def changed(site: Site) -> Site:
            return site if site.archived_at else site.model_copy(update={"archived_at": act.at})

        left = {"left_changed": ", ".join(left_changed)} if left_changed else {}
        return await self._change(site_id, TrailKind.ARCHIVED, "archived", act, changed, unless_running=True, more=left)

    async def take_back(self, site_id: SiteId, act: ReasonedAct) -> Site:
        """Take an archived site into use. Returns the site as it is now. One that is in use stays so.

        Raises:
            UnknownSite: when none is registered.
        """

        def changed(site: Site) -> Site:
            return site.model_copy(update={"archived_at": None}) if site.archived_at else site

        return await self._change(site_id, TrailKind.TAKEN_BACK, "taken back", act, changed)

    async def state_access(self, site_id: SiteId, connection: SiteConnection, act: ReasonedAct) -> None:
        """Replace how the site is reached: address, account, password, and all that is trusted there.

        It holds for a running rotation, too: its account may have changed, or its address was changed in the database.

        Raises:
            UnknownSite: when none is registered.
            KeyServerDown, KeyServerRefused: when the password cannot be sealed.
        """
        await self._trail.ready()
        async with self._database.read() as session:
            site = (await known_site(session, site_id)).site
        columns = await sealed_access(self._vault, self._mac_key, site, connection)
        shown = {name: columns[name] for name in ("rest_url", "username", "domain")}
        pins = sorted(connection.fingerprints)
        async with self._database.write() as session:
            row = await known_site(session, site_id, lock=True)
            await require_version(session, row, act.expected)
            for name, value in columns.items():
                setattr(row, name, value)
            await session.execute(delete(PinnedFingerprintRow).where(PinnedFingerprintRow.site_id == site_id))
            session.add_all(PinnedFingerprintRow(site_id=site_id, fingerprint=each) for each in pins)
            await session.flush()
            data = {**shown, "fingerprints": ",".join(pins), "by_ca": connection.ca_pem is not None}
            event = _event(TrailKind.ACCESS_STATED, "how the site is reached", act, data)
            head = await self._trail.append_within(session, site_id, event)
        await self._trail.note(site_id, head)

    async def _change(
        self,
        site_id: SiteId,
        kind: TrailKind,
        what: str,
        act: ReasonedAct,
        changed: Callable[[Site], Site],
        *,
        unless_running: bool = False,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Site:
        """Change a site and put that on its trail. `changed` gives the very same site where there is nothing to do."""
        await self._trail.ready()
        async with self._database.write() as session:
            row = await known_site(session, site_id, lock=True)
            await require_version(session, row, act.expected)
            if unless_running:
                await _require_idle(session, site_id, what)
            before, site = row.site, changed(row.site)
            if site is before:
                return site
            row.site, row.name = site, site.name
            await session.flush()  # a name that is taken is refused here
            data = {SITE_DIGEST: site_digest(site), **_differences(before, site), **more}
            head = await self._trail.append_within(session, site_id, _event(kind, what, act, data))
        await self._trail.note(site_id, head)
        return site


async def _require_idle(session: AsyncSession, site_id: SiteId, what: str) -> None:
    busy = await session.scalar(_RUNNING.where(RotationRow.site_id == site_id))
    if busy is not None:
        raise SiteInUse(f"site {site_id}: rotation {busy} runs, and rests on the site as it is now ({what})")


def _differences(before: Site, after: Site) -> dict[str, str]:
    """What has changed, as texts: of limits each with its old and new value, else how many lists there are."""
    was, now = before.limits.model_dump(mode="json"), after.limits.model_dump(mode="json")
    changed = {name: f"{was[name]} -> {now[name]}" for name in now if was[name] != now[name]}
    if before.lists != after.lists:
        changed["lists"] = ", ".join(each.name for each in after.lists)
    if before.name != after.name:
        changed["name"] = f"{before.name} -> {after.name}"
    return changed


def _event(kind: TrailKind, what: str, act: ReasonedAct, data: Mapping[str, str | bool]) -> NewTrailEvent:
    return NewTrailEvent(at=act.at, kind=kind, message=f"{what}: {act.why}", author=act.author, data=data)
