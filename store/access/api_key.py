"""A key of the API as it is shown, and how rows become one."""

from datetime import datetime

from pydantic import Field

from rotation.identity.identity import IdentityId, Principal
from rotation.values import Value
from store.access.key_text import KeyId
from store.fault import StoreFault
from store.schema.tables import ApiKeyRow, IdentityRow


class NoGrant(StoreFault):
    """The identity is known by the company's log-in only: nothing says what a key of it may do."""


class ApiKey(Value):
    """A key of an identity, without what only its holder has."""

    id: KeyId
    principal: Principal
    made_at: datetime
    made_by: str
    expires_at: datetime | None = Field(description="null: never")
    revoked_at: datetime | None
    revoked_by: str
    used_at: datetime | None = Field(description="The last use, to the minute")

    def counts(self, now: datetime) -> bool:
        """Whether it opens the API."""
        return counts(self, now)


def counts(key: ApiKey | ApiKeyRow, now: datetime) -> bool:
    """Whether a key opens the API: it is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def principal_of(row: IdentityRow) -> Principal:
    """The identity of a row, as requests with its keys have it.

    Raises:
        NoGrant: when the company's log-in alone knows it.
    """
    if row.granted is None:
        raise NoGrant(f"{row.name} is known by the company's log-in only, and has no roles for keys")
    return Principal(id=IdentityId(row.id), name=row.name, roles=row.granted.roles, sites=row.granted.sites)


def key_of(row: ApiKeyRow, identity: IdentityRow) -> ApiKey:
    """The key of a row and its identity's."""
    return ApiKey(
        id=KeyId(row.id),
        principal=principal_of(identity),
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        used_at=row.used_at,
    )
