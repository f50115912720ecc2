"""Identities and their keys: added, revoked, and found by what a caller presents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from rotation.identity.identity import Grant, IdentityId, Principal
from rotation.identity.name import IdentityName, likeness
from rotation.identity.permission import Role
from store.access.api_key import ApiKey, key_of, principal_of, shown_key
from store.access.key_text import KeyId, KeyText
from store.access.revocation import ALL_KEYS, revoke, state_key
from store.access.stated_rows import AccessRows, StatedRows
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.schema.tables import ApiKeyRow, IdentityRow
from store.trail.site_trail import Author, TrailKind

_USE_NOTED_EVERY = timedelta(minutes=1)
_log = structlog.get_logger(__name__)


class UnknownIdentity(StoreFault):
    """There is no identity of that name."""


class IdentityExists(StoreFault):
    """An identity has that name, or one that looks the same."""


class Identities:
    """Who may use the API."""

    def __init__(self, database: Database, rows: StatedRows) -> None:
        self._database = database
        self._rows = rows
        self._noted: dict[KeyId, datetime] = {}
        """When the use of a key was last to be noted: a store that cannot be written is not tried with each request."""

    async def add(
        self,
        name: IdentityName,
        grant: Grant,
        key: KeyText,
        *,
        by: Author,
        at: datetime,
        expires_at: datetime | None,
        another: bool = False,
    ) -> ApiKey:
        """A new identity with its first key; of the key's text only a keyed hash is kept.

        With `another` it is an identity that is there and has had no key: the company's log-in knows it.

        Raises:
            UnknownIdentity: when `another` is not there.
            IdentityExists: when one has that name, or one that looks the same.
            IdentityAltered: when that one is not as the service has stated it.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be hashed now.
        """
        async with self._rows.write() as rows:
            row = await rows.session.scalar(select(IdentityRow).where(IdentityRow.likeness == likeness(name)))
            if another and (row is None or row.name != name):
                raise UnknownIdentity(f"there is no identity {name}")
            if row is not None and not (another and row.granted is None):
                raise IdentityExists(f"{name}: there is an identity {row.name}, and one person has one identity")
            kind = TrailKind.IDENTITY_ADDED if row is None else TrailKind.IDENTITY_GRANTED
            if row is None:
                row = new_identity(name, by, at)
            else:
                await rows.expect(row)
            row.granted = Grant(roles=grant.roles, sites=grant.sites)
            state_identity(rows, row, kind, by, at)
            return await _add_key(rows, row, key, by=by, at=at, expires_at=expires_at)

    async def named(self, name: str) -> Principal:
        """The identity of that very name, with what its keys give.

        Raises:
            UnknownIdentity: when there is none.
            NoGrant: when the company's log-in alone knows it.
            IdentityAltered: when it is not as the service has stated it.
        """
        async with self._rows.read() as rows:
            row = await rows.session.scalar(select(IdentityRow).where(IdentityRow.name == name))
            if row is None:
                raise UnknownIdentity(f"there is no identity {name}")
            await rows.expect(row)
            return principal_of(row)

    async def with_role(self, roles: Sequence[Role]) -> tuple[str, ...]:
        """The names of those that have one of the roles."""
        async with self._database.read() as session:
            rows = await session.scalars(select(IdentityRow).order_by(IdentityRow.name))
            return tuple(row.name for row in rows if row.granted is not None and set(roles) & set(row.granted.roles))

    async def add_key(
        self, identity: IdentityId, key: KeyText, *, by: Author, at: datetime, expires_at: datetime | None
    ) -> ApiKey:
        """Another key of an identity.

        Raises:
            IdentityAltered: when the identity is not as the service has stated it.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be hashed now.
        """
        async with self._rows.write() as rows:
            row = await rows.session.get_one(IdentityRow, identity)
            await rows.expect(row)
            return await _add_key(rows, row, key, by=by, at=at, expires_at=expires_at)

    async def keys(self, asked: PageRequest = FIRST_PAGE) -> Page[ApiKey]:
        """All keys, the newest first, as the database has them: to be shown, and not proven.

        One whose identity cannot be read is shown with a name and roles that are none.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        return await read_page(self._database, ALL_KEYS, _NEWEST, asked, shown_key)

    async def any(self) -> bool:
        """Whether there is an identity that has had a key."""
        async with self._database.read() as session:
            return bool(await session.scalar(select(func.count()).where(IdentityRow.granted.is_not(None))))

    async def revoke(self, key_id: KeyId, by: Author, at: datetime) -> ApiKey:
        """Let a key open nothing any more. One that was revoked before stays as it is.

        Raises:
            UnknownKey: when there is none of that id.
            LastAdmin: when no admin of all sites would have a key.
        """
        async with self._rows.write() as rows:
            return await revoke(rows, key_id, by, at)

    async def holder(self, text: str, now: datetime) -> ApiKey | None:
        """The key that a caller presents; None when it is unknown, expired or revoked.

        Raises:
            IdentityAltered: when it, or its identity, is not as the service has stated it.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be compared now.
        """
        key = KeyText.read(text)
        if key is None:
            return None
        async with self._rows.read() as rows:
            found = await _found(rows, key.id)
            if found is None or not rows.codes.fits(found[0].hash, *_hashed(key)):
                return None
        held = key_of(*found)
        return held if held.counts(now) else None

    async def still(self, key_id: KeyId, now: datetime) -> ApiKey | None:
        """The key of a session that was opened with it; None when it opens nothing any more.

        Raises:
            As `holder`.
        """
        async with self._rows.read() as rows:
            found = await _found(rows, key_id)
        held = key_of(*found) if found is not None else None
        return held if held is not None and held.counts(now) else None

    async def note_use(self, key: ApiKey, now: datetime) -> None:
        """Keep when it was used, once a minute. A store that cannot be written is no reason to refuse a request."""
        last = max((at for at in (key.used_at, self._noted.get(key.id)) if at is not None), default=None)
        if last is not None and now - last < _USE_NOTED_EVERY:
            return
        self._noted[key.id] = now
        try:
            async with self._database.write() as session:
                await session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key.id).values(used_at=now))
        except SQLAlchemyError as error:
            _log.warning("the use of a key was not noted", key=key.id, reason=type(error).__name__)


_BOTH = select(ApiKeyRow, IdentityRow).join(IdentityRow, IdentityRow.id == ApiKeyRow.identity_id)
_NEWEST = ListOrder("keys", (ApiKeyRow.made_at, ApiKeyRow.id), falls=True)


def new_identity(name: IdentityName, by: Author, at: datetime) -> IdentityRow:
    """An identity that has no key yet."""
    return IdentityRow(
        id=f"identity-{uuid4().hex[:16]}",
        name=name,
        likeness=likeness(name),
        granted=None,
        added_at=at,
        added_by=by.who,
    )


def state_identity(rows: AccessRows, row: IdentityRow, kind: TrailKind, by: Author, at: datetime) -> None:
    """State an identity on the trail."""
    roles = "" if row.granted is None else ", ".join(row.granted.roles)
    rows.state(row, kind, f"identity {row.name}", author=by, at=at, data={"identity": row.id, "roles": roles})


async def _add_key(
    rows: AccessRows, identity: IdentityRow, key: KeyText, *, by: Author, at: datetime, expires_at: datetime | None
) -> ApiKey:
    await rows.session.flush()  # there is no relationship, so the order of inserts is not known
    row = ApiKeyRow(
        id=key.id,
        identity_id=identity.id,
        hash=rows.codes.code(*_hashed(key)),
        made_at=at,
        made_by=by.who,
        expires_at=expires_at,
        revoked_at=None,
        revoked_by="",
        used_at=None,
    )
    state_key(rows, row, identity, TrailKind.KEY_ADDED, by=by, at=at)
    return key_of(row, identity)


def _hashed(key: KeyText) -> tuple[str, str, str]:
    """What the hash of a key covers: who reads the database alone can neither use a key nor try guesses."""
    return "api key", key.id, key.secret


async def _found(rows: AccessRows, key_id: KeyId) -> tuple[ApiKeyRow, IdentityRow] | None:
    row = (await rows.session.execute(_BOTH.where(ApiKeyRow.id == key_id))).one_or_none()
    if row is None:
        return None
    await rows.expect(row[0], row[1])
    return row[0], row[1]
