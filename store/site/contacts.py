"""The trail of contacts: every TLS connection to a site's SEPM, every decision about its certificates, chained."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.trust.contact import Contact, ContactKind, Presence
from rotation.trust.fingerprints import address
from rotation.values import Fingerprint, SiteId
from store.database.built_once import built_once
from store.database.chain import ORIGIN, ChainHead, chained, verified
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, page_size, read_page
from store.fault import StoreFault
from store.keys.mac_key import Codes, MacKey
from store.schema.base import table_of
from store.schema.tables import ContactRow, SiteRow
from store.site.fingerprints import keep_pins, pins_of, settle
from store.site.site_version import RegisteredSite, require_version
from store.site.sites import UnknownSite
from store.trail.site_trail import (
    SERVICE,
    Author,
    NewTrailEvent,
    SiteTrail,
    TrailKind,
    contacts_name,
)

_SITE = built_once(
    select(SiteRow.site, SiteRow.rest_url, SiteRow.ca_pem, SiteRow.access_code, SiteRow.pins_code)
    .where(SiteRow.id == bindparam("site"))
    .with_for_update(key_share=True)
)
_SHOWN = built_once(select(SiteRow.site).where(SiteRow.id == bindparam("site")))
_OF_SITE = ContactRow.site_id == bindparam("site")
_LAST = built_once(
    select(ContactRow.number, ContactRow.hash).where(_OF_SITE).order_by(ContactRow.number.desc()).limit(1)
)
_NEW = built_once(insert(table_of(ContactRow)))
_ALL = built_once(select(table_of(ContactRow)).where(_OF_SITE).order_by(ContactRow.number))
_AFTER = built_once(
    select(table_of(ContactRow))
    .where(_OF_SITE, ContactRow.number > bindparam("after"))
    .order_by(ContactRow.number)
    .limit(bindparam("most"))
)
_IN_ORDER = ListOrder("contacts", (ContactRow.number,))
_WHAT = (ContactRow.kind, ContactRow.address, ContactRow.server, ContactRow.fingerprint)
_HASHED = ("site_id", "number", "at", "kind", "address", "server", "fingerprint", "who", "why", "previous")


_DECISIONS = {ContactKind.PINNED: TrailKind.FINGERPRINT_PINNED, ContactKind.DROPPED: TrailKind.FINGERPRINT_DROPPED}


class LastPin(StoreFault):
    """The certificate to be dropped is all that the site is trusted by."""


class NotPinned(StoreFault):
    """A certificate is to be dropped that is not pinned."""


class NumberedContact(Contact):
    """A contact in its trail."""

    number: int
    hash: str


def _numbered(row: object) -> NumberedContact:
    return NumberedContact.model_validate({name: getattr(row, name) for name in NumberedContact.model_fields})


class Contacts:
    """The trails of all sites. Nothing changes or deletes a line."""

    def __init__(self, database: Database, mac_key: MacKey, trail: SiteTrail) -> None:
        self._database = database
        self._mac_key = mac_key
        self._trail = trail

    async def record(self, site_id: SiteId, contact: Contact) -> None:
        """Store that a certificate was presented. What a swap has proven is the only one trusted from then on.

        Raises:
            UnknownSite: when no such site is registered.
            AccessAltered: when another writer has changed what is trusted there.
        """
        codes, connected = await self._mac_key.codes(), contact.kind is ContactKind.CONNECTED
        async with self._database.write_rows() as connection:
            registered = await _locked(connection, site_id)
            heads = _Heads(contacts=await _append(connection, codes, site_id, contact), plain=connected)
            if connected:
                settled = await self._settle(connection, codes, registered, contact.at)
                heads = heads if settled.contacts is None else settled
        await self._note(site_id, heads)

    async def settle(self, site_id: SiteId, at: datetime) -> None:
        """Trust only what a swap has proven, as soon as it has: not only at the next connection.

        Raises:
            UnknownSite: when no such site is registered.
            AccessAltered: when another writer has changed what is trusted there.
        """
        codes = await self._mac_key.codes()
        async with self._database.write_rows() as connection:
            heads = await self._settle(connection, codes, await _locked(connection, site_id), at)
        await self._note(site_id, heads)

    async def trust(
        self, site_id: SiteId, contact: Contact, author: Author | None = None, *, expected: str = ""
    ) -> None:
        """Pin a certificate that a person names. One that is pinned already is no error.

        Raises:
            UnknownSite: when no such site is registered.
            SiteChanged: when the site has another version than the expected one.
            AccessAltered: when another writer has changed what is trusted there.
        """
        fingerprint, codes, heads = _named(contact), await self._mac_key.codes(), _Heads()
        async with self._database.write_rows() as connection:
            row = await _locked(connection, site_id)
            await require_version(connection, row, expected)
            pins = await pins_of(connection, codes, row.site)
            if fingerprint not in pins:
                await keep_pins(connection, codes, row.site, pins, pins | {fingerprint})
                heads = await self._state(connection, codes, site_id, contact, author)
        await self._note(site_id, heads)

    async def doubt(
        self, site_id: SiteId, contact: Contact, author: Author | None = None, *, expected: str = ""
    ) -> None:
        """Drop a pin that a person names.

        Raises:
            UnknownSite: when no such site is registered.
            SiteChanged: when the site has another version than the expected one.
            NotPinned: when it is not pinned.
            LastPin: when nothing would be left to trust.
            AccessAltered: when another writer has changed what is trusted there.
        """
        fingerprint, codes = _named(contact), await self._mac_key.codes()
        async with self._database.write_rows() as connection:
            row = await _locked(connection, site_id)
            await require_version(connection, row, expected)
            pins = await pins_of(connection, codes, row.site)
            if fingerprint not in pins:
                raise NotPinned(f"certificate {fingerprint} is not pinned for site {site_id}")
            if pins == {fingerprint} and row.ca_pem is None:
                raise LastPin(f"certificate {fingerprint} is the only trusted one of site {site_id}: pin another first")
            await keep_pins(connection, codes, row.site, pins, pins - {fingerprint})
            heads = await self._state(connection, codes, site_id, contact, author)
        await self._note(site_id, heads)

    async def pins(self, site_id: SiteId) -> frozenset[Fingerprint]:
        """The certificates that are known for a site: not those that are only announced."""
        codes = await self._mac_key.codes()
        async with self._database.read_rows() as connection:
            site = await connection.scalar(_SHOWN, {"site": site_id})
            return await pins_of(connection, codes, site) if site is not None else frozenset()

    async def list(self, site_id: SiteId, after: int = 0, limit: int = 100) -> tuple[NumberedContact, ...]:
        """The contacts of a site that follow number `after`, in order."""
        names = {"site": site_id, "after": after, "most": page_size(limit)}
        async with self._database.read_rows() as connection:
            return tuple(map(_numbered, await connection.execute(_AFTER, names)))

    async def page(
        self, site_id: SiteId, asked: PageRequest = FIRST_PAGE, *, number_after: int = 0
    ) -> Page[NumberedContact]:
        """The contacts of a site that follow a number, in order.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(ContactRow).where(ContactRow.site_id == site_id, ContactRow.number > number_after)
        return await read_page(self._database, wanted, _IN_ORDER.of(site_id), asked, _numbered)

    async def presences(self, site_id: SiteId) -> tuple[Presence, ...]:
        """What was at a site's address and what was made of it, with first and last time; the latest first."""
        first, last, count = func.min(ContactRow.number), func.max(ContactRow.number), func.count()
        ends = select(*_WHAT, first.label("begin"), last.label("end"), count.label("times"))
        async with self._database.read() as session:
            found = (await session.execute(ends.where(ContactRow.site_id == site_id).group_by(*_WHAT))).all()
            numbers = {number for row in found for number in (row.begin, row.end)}
            moments = select(ContactRow.number, ContactRow.at).where(
                ContactRow.site_id == site_id, ContactRow.number.in_(numbers)
            )
            at: dict[int, datetime] = {row.number: row.at for row in await session.execute(moments)}
        return tuple(
            Presence(
                kind=ContactKind(row.kind),
                address=row.address,
                server=row.server,
                fingerprint=row.fingerprint,
                first=at[row.begin],
                last=at[row.end],
                count=row.times,
            )
            for row in sorted(found, key=lambda row: row.end, reverse=True)
        )

    async def verify_chain(self, site_id: SiteId, heads: Collection[ChainHead] = ()) -> ChainHead:
        """Check every contact of a site. Returns where its trail ends.

        Raises:
            ChainBroken: at the first one that is missing or altered, or that differs from one of the heads.
        """
        trail, codes = contacts_name(site_id), await self._mac_key.codes()
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_ALL, {"site": site_id})
            return verified(rows, trail, _HASHED, codes.lines_of(trail), heads)

    async def _settle(
        self, connection: AsyncConnection, codes: Codes, registered: RegisteredSite, at: datetime
    ) -> "_Heads":
        heads = _Heads()
        site, where = registered.site, address(registered.rest_url)
        pinned, dropped = await settle(connection, codes, site, registered.rest_url, at)
        for kind, fingerprints in ((ContactKind.PINNED, pinned), (ContactKind.DROPPED, dropped)):
            for each in sorted(fingerprints):
                word = Contact(
                    at=at, kind=kind, address=where, fingerprint=each, who="the service", why="a swap was proven"
                )
                heads = await self._state(connection, codes, site.id, word, SERVICE)
        return heads

    async def _state(
        self, connection: AsyncConnection, codes: Codes, site_id: SiteId, contact: Contact, author: Author | None
    ) -> "_Heads":
        """Append a decision about a certificate to both trails."""
        event = NewTrailEvent(
            at=contact.at,
            kind=_DECISIONS[contact.kind],
            message=contact.why,
            author=author or Author(who=contact.who),
            data={"fingerprint": contact.fingerprint, "address": contact.address},
        )
        site = await self._trail.append_within(connection, site_id, event)
        return _Heads(contacts=await _append(connection, codes, site_id, contact), site=site)

    async def _note(self, site_id: SiteId, heads: "_Heads") -> None:
        if heads.contacts is not None:
            await self._trail.note_contacts(site_id, heads.contacts, plain=heads.plain)
        if heads.site is not None:
            await self._trail.note(site_id, heads.site)


class _Heads(NamedTuple):
    """Where the two trails of a site end after a transaction; None where nothing is to be noted of it."""

    contacts: ChainHead | None = None
    site: ChainHead | None = None
    plain: bool = False
    """Whether the last contact is a connection and nothing else: there may be many in a minute."""


async def _locked(connection: AsyncConnection, site_id: SiteId) -> RegisteredSite:
    """The site, locked until the transaction ends: numbers have no gap, hashes no fork."""
    row = (await connection.execute(_SITE, {"site": site_id})).one_or_none()
    if row is None:
        raise UnknownSite(f"no site of id {site_id} is registered")
    return RegisteredSite(*row)


async def _append(connection: AsyncConnection, codes: Codes, site_id: SiteId, contact: Contact) -> ChainHead:
    last = (await connection.execute(_LAST, {"site": site_id})).one_or_none()
    number, previous = (0, ORIGIN) if last is None else (last.number, last.hash)
    row: dict[str, object] = {
        **dict(contact),
        "kind": contact.kind.value,
        "site_id": site_id,
        "number": number + 1,
        "previous": previous,
    }
    appended = ChainHead(number=number + 1, hash=chained(row, contact.at))
    code = codes.line(contacts_name(site_id), appended.hash)
    await connection.execute(_NEW, {**row, "hash": appended.hash, "code": code})
    return appended


def _named(contact: Contact) -> Fingerprint:
    if contact.fingerprint is None:
        raise ValueError("a word about a certificate names it")
    return contact.fingerprint
