"""The trail of a site, and that of the service: acts of people and writes to SEPM, each bound to the one before.

What a rotation reports has a trail of its own (`store.rotation.events`); so have contacts (`store.site.contacts`).
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import Row, Text, bindparam, insert, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rotation.site import Site
from rotation.values import RotationId, SiteId, Value
from store.database.built_once import built_once
from store.database.chain import ORIGIN, ChainHead, canonical, chained, verified
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, page_size, read_page
from store.keys.mac_key import MAC_KEY_ID, MacKey
from store.schema.base import table_of
from store.schema.columns import Document
from store.schema.tables import SealedKeyRow, SiteRow, TrailRow
from store.trail.heads import Heads

SERVICE_TRAIL = SiteId("")
"""The trail of what belongs to no site."""


SITE_DIGEST = "site_sha256"
"""Under this name an event has the digest of the site as it is from then on."""


class TrailKind(StrEnum):
    """What an event of a site or of the service is."""

    REGISTERED = "registered"
    ACCESS_STATED = "access-stated"
    LISTS_CHANGED = "lists-changed"
    LIMITS_CHANGED = "limits-changed"
    DATABASE_CHANGED = "database-changed"
    DOCUMENT_CHANGED = "document-changed"
    RENAMED = "renamed"
    ARCHIVED = "archived"
    TAKEN_BACK = "taken-back"
    CLIENTS_TAKEN_IN = "clients-taken-in"
    FINGERPRINT_PINNED = "fingerprint-pinned"
    FINGERPRINT_DROPPED = "fingerprint-dropped"
    ROTATION_STARTED = "rotation-started"
    ORIGINALS_GIVEN = "originals-given"
    ORIGINALS_TAKEN_IN = "originals-taken-in"
    FILE_TAKEN = "file-taken"
    KEYSTORE_MADE = "keystore-made"
    KEYSTORE_TAKEN = "keystore-taken"
    KEY_DESTROYED = "key-destroyed"
    IDENTITY_ADDED = "identity-added"
    IDENTITY_GRANTED = "identity-granted"
    """An identity of the company's log-in may have keys, too."""
    KEY_ADDED = "key-added"
    KEY_REVOKED = "key-revoked"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    """A service has started on a copy."""
    ENCRYPTION_KEY_MADE = "encryption-key-made"
    VALUES_REWRAPPED = "values-rewrapped"
    """What was sealed has got the key that seals now."""
    ENCRYPTION_KEYS_RETIRED = "encryption-keys-retired"
    KEYS_FOUND = "encryption-keys-found"
    """A service has started with keys that it had not before, or without some."""
    SUBJECT_SEEN = "subject-seen"
    """Its first log-in has made an identity."""
    SUBJECT_LINKED = "subject-linked"
    SUBJECT_BARRED = "subject-barred"
    WISH_KEPT = "wish-kept"
    WISH_MOVED = "wish-moved"
    """The identity that wished was one by the company's log-in, and is another one now."""
    WISH_SECONDED = "wish-seconded"
    CHANNEL_ADDED = "channel-added"
    CHANNEL_CHANGED = "channel-changed"
    CHANNEL_REMOVED = "channel-removed"
    IDENTITY_ALTERED = "identity-altered"
    """A row that says who may do what is not as the service has stated it: an alarm."""
    WRITE_BEGINS = "write-begins"
    WRITE_ENDED = "write-ended"
    WRITE_REFUSED = "write-refused"
    """A write that was asked for and not sent: an alarm."""
    ACTIVITY_REFUSED = "activity-refused"
    """An activity for a run of the workflow that may not act for its rotation: an alarm."""


class Author(Value):
    """The person or program whose act it is, and the network address that the request came from."""

    who: str = Field(max_length=500)
    """The name, as it was then; both, of what two persons do."""
    identity: str = Field(default="", max_length=500)
    """The id of the identity; empty for the service itself."""
    address: str = Field(default="", max_length=200)
    request_id: str = Field(default="", max_length=200)
    """The request by which it was done, as the log of the service names it, too."""


SERVICE = Author(who="the service")


class NewTrailEvent(Value):
    """An event to be recorded."""

    at: datetime
    kind: TrailKind
    message: str
    author: Author
    rotation_id: RotationId | None = None
    about: str = ""
    """The row that the event states (`store.access.stated_rows`)."""
    data: Mapping[str, str | int | bool | None] = Field(default_factory=dict)


class TrailEvent(Value):
    """An event in its trail."""

    site_id: SiteId
    number: int
    at: datetime
    kind: str
    message: str
    who: str
    identity: str
    address: str
    rotation_id: RotationId | None
    about: str = Field(description="The identity, key, subject or wish that the event states; empty: none")
    data: dict[str, Any]
    hash: str


HASHED = (
    "site_id",
    "number",
    "at",
    "kind",
    "message",
    "who",
    "identity",
    "address",
    "rotation_id",
    "about",
    "data",
    "previous",
)
_OF_SITE = TrailRow.site_id == bindparam("site")
_SITE = built_once(select(SiteRow.id).where(SiteRow.id == bindparam("site")).with_for_update(key_share=True))
# the service has no row of its own; the one of its key is always there
_SERVICE = built_once(select(SealedKeyRow.id).where(SealedKeyRow.id == MAC_KEY_ID).with_for_update(key_share=True))
_LAST = built_once(select(TrailRow.number, TrailRow.hash).where(_OF_SITE).order_by(TrailRow.number.desc()).limit(1))
_NEW = built_once(insert(table_of(TrailRow)))
_ALL = built_once(select(table_of(TrailRow)).where(_OF_SITE).order_by(TrailRow.number))
_PAGE = (
    select(table_of(TrailRow))
    .where(_OF_SITE, TrailRow.number > bindparam("after"))
    .order_by(TrailRow.number)
    .limit(bindparam("most"))
)
_AFTER = built_once(_PAGE)
_OF_ROTATION = built_once(_PAGE.where(TrailRow.rotation_id == bindparam("rotation")))


_IN_ORDER = ListOrder("trail", (TrailRow.number,))
_STORED = Document(Site)
_STORED_AS = built_once(
    select(SiteRow.name, type_coerce(SiteRow.site, Text).label("text")).where(SiteRow.id == bindparam("site"))
)
_DIGEST = built_once(
    select(TrailRow.data)
    .where(_OF_SITE, TrailRow.data.like(f'%"{SITE_DIGEST}"%'))
    .order_by(TrailRow.number.desc())
    .limit(1)
)


async def lock_trail(connection: AsyncConnection | AsyncSession, site_id: SiteId) -> None:
    """Have one writer for each trail, until its transaction ends: so numbers have no gap, and hashes no fork."""
    if site_id:
        await connection.scalar(_SITE, {"site": site_id})
    else:
        await connection.scalar(_SERVICE)


def site_digest(site: Site) -> str:
    """SHA-256 of the text that the database has of a site: it stays what it is when a release adds a field to sites."""
    return _digest_of(_STORED.text(site))


def _digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def trail_name(site_id: str) -> str:
    """How reports and heads name the trail of a site, or of the service."""
    return f"site {site_id}" if site_id else "service"


def contacts_name(site_id: str) -> str:
    """How reports and heads name the trail of a site's contacts."""
    return f"contacts of site {site_id}"


class SiteTrail:
    """The trails of all sites, and of the service. Nothing changes or deletes an event."""

    def __init__(self, database: Database, mac_key: MacKey, heads: Heads) -> None:
        self._database = database
        self._mac_key = mac_key
        self._heads = heads

    async def ready(self) -> None:
        """Open the key of codes. Call it before a transaction that appends: it may ask a key server.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when the key cannot be opened.
        """
        await self._mac_key.codes()

    async def append(self, site_id: SiteId, *events: NewTrailEvent) -> None:
        """Append events that are about no change in the database.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: as `ready`.
        """
        await self.ready()
        async with self._database.write_rows() as connection:
            head = await self.append_within(connection, site_id, *events)
        await self.note(site_id, head)

    async def append_within(
        self, connection: AsyncConnection | AsyncSession, site_id: SiteId, *events: NewTrailEvent
    ) -> ChainHead:
        """Append events within a transaction: they are kept with the change that they are about, or not at all.

        Returns:
            Where the trail ends then; give it to `note` after the transaction.
        """
        codes, trail = await self._mac_key.codes(), trail_name(site_id)
        await lock_trail(connection, site_id)
        last = (await connection.execute(_LAST, {"site": site_id})).one_or_none()
        number, previous = (0, ORIGIN) if last is None else (last.number, last.hash)
        rows: list[dict[str, object]] = []
        for event in events:
            number += 1
            row = _row(event, site_id, number, previous)
            previous = chained(row, event.at)
            rows.append({**row, "hash": previous, "code": codes.line(trail, previous)})
        if rows:
            await connection.execute(_NEW, rows)
        return ChainHead(number=number, hash=previous)

    async def note(self, site_id: SiteId, head: ChainHead) -> None:
        """Note outside of the database where a trail ends, after the transaction that appended to it."""
        await self._heads.note(trail_name(site_id), head)

    async def note_contacts(self, site_id: SiteId, head: ChainHead, *, plain: bool = False) -> None:
        """Note outside of the database where the trail of a site's contacts ends; of plain connections one a minute."""
        await self._heads.note(contacts_name(site_id), head, often=plain)

    async def list(
        self, site_id: SiteId, after: int = 0, limit: int = 100, *, rotation_id: RotationId | None = None
    ) -> tuple[TrailEvent, ...]:
        """The events of a site that follow number `after`, in order; of one rotation where it is given."""
        names = {"site": site_id, "after": after, "most": page_size(limit)}
        async with self._database.read_rows() as connection:
            if rotation_id is None:
                return tuple(_event(row) for row in await connection.execute(_AFTER, names))
            return tuple(
                _event(row) for row in await connection.execute(_OF_ROTATION, {**names, "rotation": rotation_id})
            )

    async def page(
        self,
        site_id: SiteId,
        asked: PageRequest = FIRST_PAGE,
        *,
        number_after: int = 0,
        rotation_id: RotationId | None = None,
    ) -> Page[TrailEvent]:
        """The events of a site that follow a number, in order; of one rotation where it is given.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(TrailRow).where(TrailRow.site_id == site_id, TrailRow.number > number_after)
        if rotation_id is not None:
            wanted = wanted.where(TrailRow.rotation_id == rotation_id)
        return await read_page(self._database, wanted, _IN_ORDER.of(site_id), asked, _event)

    async def site_digest(self, site_id: SiteId) -> str | None:
        """The digest of the site as its trail says that it is; None where the trail says nothing."""
        async with self._database.read_rows() as connection:
            data = await connection.scalar(_DIGEST, {"site": site_id})
        return None if data is None else json.loads(data)[SITE_DIGEST]

    async def is_as_noted(self, site_id: SiteId) -> bool:
        """Whether the site is stored as its trail says that it is, and is listed under its name."""
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_STORED_AS, {"site": site_id})).one_or_none()
        if row is None or row.name != json.loads(row.text).get("name"):
            return False
        return await self.site_digest(site_id) == _digest_of(row.text)

    async def verify_chain(self, site_id: SiteId, heads: Collection[ChainHead] = ()) -> ChainHead:
        """Check every event of a site's trail. Returns where it ends.

        Raises:
            ChainBroken: at the first event that is missing or altered, or that differs from one of the heads.
        """
        trail, codes = trail_name(site_id), await self._mac_key.codes()
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_ALL, {"site": site_id})
            return verified(rows, trail, HASHED, codes.lines_of(trail), heads)


def _row(event: NewTrailEvent, site_id: SiteId, number: int, previous: str) -> dict[str, object]:
    return {
        "site_id": site_id,
        "number": number,
        "at": event.at,
        "kind": event.kind.value,
        "message": event.message,
        "who": event.author.who,
        "identity": event.author.identity,
        "address": event.author.address,
        "rotation_id": event.rotation_id or "",
        "about": event.about,
        "data": canonical({**event.data, **of_request(event.author)}),
        "previous": previous,
    }


def of_request(author: Author) -> dict[str, str]:
    """What an event has in its data of the request by which it came."""
    return {"request_id": author.request_id} if author.request_id else {}


def _event(row: Row[*tuple[Any, ...]] | TrailRow) -> TrailEvent:
    return TrailEvent(
        site_id=SiteId(row.site_id),
        number=row.number,
        at=row.at,
        kind=row.kind,
        message=row.message,
        who=row.who,
        identity=row.identity,
        address=row.address,
        rotation_id=RotationId(row.rotation_id) if row.rotation_id else None,
        about=row.about,
        data=json.loads(row.data),
        hash=row.hash,
    )
