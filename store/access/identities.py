"""Identities and their keys: added, revoked, and found by what a caller presents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.identity.identity import Grant, IdentityId, Principal
from rotation.identity.name import IdentityName, likeness
from rotation.identity.permission import Role
from store.access.api_key import ApiKey, key_of, principal_of
from store.access.key_hash import KeyHash
from store.access.key_text import KeyId, KeyText
from store.database.database import Database
from store.fault import StoreFault
from store.keys.vault import Vault
from store.schema.tables import ApiKeyRow, IdentityRow

_USE_NOTED_EVERY = timedelta(minutes=1)
_log = structlog.get_logger(__name__)


class UnknownIdentity(StoreFault):
    """There is no identity of that name."""


class IdentityExists(StoreFault):
    """An identity has that name, or one that looks the same."""


class UnknownKey(StoreFault):
    """There is no key of that id."""


class LastAdmin(StoreFault):
    """It is the last key by which an admin of all sites could add another one."""


class Identities:
    """Who may use the API."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._hash = KeyHash(database, vault)
        self._noted: dict[KeyId, datetime] = {}
        """When the use of a key was last to be noted: a store that cannot be written is not tried with each request."""

    async def add(
        self,
        name: IdentityName,
        grant: Grant,
        key: KeyText,
        *,
        by: str,
        at: datetime,
        expires_at: datetime | None,
        another: bool = False,
    ) -> ApiKey:
        """A new identity with its first key; of the key's text only a keyed hash is kept.

        With `another` it is an identity that is there and has had no key: the company's log-in knows it.

        Raises:
            UnknownIdentity: when `another` is not there.
            IdentityExists: when one has that name, or one that looks the same.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be hashed now.
        """
        row = IdentityRow(
            id=f"identity-{uuid4().hex[:16]}",
            name=name,
            likeness=likeness(name),
            granted=Grant(roles=grant.roles, sites=grant.sites),
            added_at=at,
            added_by=by,
        )
        kept = await self._row(IdentityId(row.id), key, by, at, expires_at)
        async with self._database.write() as session:
            same = await session.scalar(select(IdentityRow).where(IdentityRow.likeness == row.likeness))
            if another and (same is None or same.name != name):
                raise UnknownIdentity(f"there is no identity {name}")
            if same is not None and not (another and same.granted is None):
                raise IdentityExists(f"{name}: there is an identity {same.name}, and one person has one identity")
            if same is not None:
                same.granted = row.granted
                row, kept.identity_id = same, same.id
            session.add(row)
            await session.flush()
            session.add(kept)
            return key_of(kept, row)

    async def named(self, name: str) -> Principal:
        """The identity of that very name, with what its keys give.

        Raises:
            UnknownIdentity: when there is none.
            NoGrant: when the company's log-in alone knows it.
        """
        async with self._database.read() as session:
            row = await session.scalar(select(IdentityRow).where(IdentityRow.name == name))
        if row is None:
            raise UnknownIdentity(f"there is no identity {name}")
        return principal_of(row)

    async def with_role(self, roles: Sequence[Role]) -> tuple[str, ...]:
        """The names of those that have one of the roles."""
        async with self._database.read() as session:
            rows = await session.scalars(select(IdentityRow).order_by(IdentityRow.name))
            return tuple(row.name for row in rows if row.granted is not None and set(roles) & set(row.granted.roles))

    async def add_key(
        self, identity: IdentityId, key: KeyText, *, by: str, at: datetime, expires_at: datetime | None
    ) -> ApiKey:
        """Another key of an identity.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be hashed now.
        """
        kept = await self._row(identity, key, by, at, expires_at)
        async with self._database.write() as session:
            session.add(kept)
        return await self._get(key.id)

    async def keys(self) -> tuple[ApiKey, ...]:
        """All keys, the newest first."""
        async with self._database.read() as session:
            rows = await session.execute(
                select(ApiKeyRow, IdentityRow)
                .join(IdentityRow, IdentityRow.id == ApiKeyRow.identity_id)
                .order_by(ApiKeyRow.made_at.desc(), ApiKeyRow.id)
            )
            return tuple(key_of(*row) for row in rows)

    async def any(self) -> bool:
        """Whether there is an identity that has had a key."""
        async with self._database.read() as session:
            return bool(await session.scalar(select(func.count()).where(IdentityRow.granted.is_not(None))))

    async def revoke(self, key_id: KeyId, by: str, at: datetime) -> ApiKey:
        """Let a key open nothing any more. One that was revoked before stays as it is.

        Raises:
            UnknownKey: when there is none of that id.
            LastAdmin: when no admin of all sites would have a key.
        """
        async with self._database.write() as session:
            found = {key.id: key for key in await _all(session)}
            if key_id not in found:
                raise UnknownKey(f"there is no key of id {key_id}")
            _require_admin([key for key in found.values() if key.id != key_id], found[key_id], at)
            await session.execute(
                update(ApiKeyRow)
                .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
                .values(revoked_at=at, revoked_by=by)
            )
        return await self._get(key_id)

    async def holder(self, text: str, now: datetime) -> ApiKey | None:
        """The key that a caller presents; None when it is unknown, expired or revoked.

        Raises:
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when keys cannot be compared now.
        """
        key = KeyText.read(text)
        if key is None:
            return None
        found = await self._find(key.id)
        if found is None or not await self._hash.fits(key, found[0].hash):
            return None
        held = key_of(*found)
        return held if held.counts(now) else None

    async def still(self, key_id: KeyId, now: datetime) -> ApiKey | None:
        """The key of a session that was opened with it; None when it opens nothing any more."""
        found = await self._find(key_id)
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

    async def _row(
        self, identity: IdentityId, key: KeyText, by: str, at: datetime, expires_at: datetime | None
    ) -> ApiKeyRow:
        return ApiKeyRow(
            id=key.id,
            identity_id=identity,
            hash=await self._hash.of(key, at),
            made_at=at,
            made_by=by,
            expires_at=expires_at,
            revoked_at=None,
            revoked_by="",
            used_at=None,
        )

    async def _find(self, key_id: KeyId) -> tuple[ApiKeyRow, IdentityRow] | None:
        async with self._database.read() as session:
            row = (
                await session.execute(
                    select(ApiKeyRow, IdentityRow)
                    .join(IdentityRow, IdentityRow.id == ApiKeyRow.identity_id)
                    .where(ApiKeyRow.id == key_id)
                )
            ).one_or_none()
        return (row[0], row[1]) if row is not None else None

    async def _get(self, key_id: KeyId) -> ApiKey:
        found = await self._find(key_id)
        if found is None:
            raise UnknownKey(f"there is no key of id {key_id}")
        return key_of(*found)


async def _all(session: AsyncSession) -> list[ApiKey]:
    rows = await session.execute(
        select(ApiKeyRow, IdentityRow).join(IdentityRow, IdentityRow.id == ApiKeyRow.identity_id)
    )
    return [key_of(*row) for row in rows]


def _require_admin(left: Sequence[ApiKey], revoked: ApiKey, now: datetime) -> None:
    def opens(key: ApiKey) -> bool:
        return Role.ADMIN in key.principal.roles and key.principal.sites is None and key.counts(now)

    if opens(revoked) and not any(map(opens, left)):
        raise LastAdmin(f"key {revoked.id} of {revoked.principal.name} is the last one of an admin")
