"""A key of the API as it is shown, and how rows become one."""

from datetime import datetime

from pydantic import Field, TypeAdapter, ValidationError

from rotation.identity.identity import IdentityId, Principal
from rotation.identity.name import IdentityName
from rotation.values import Value
from store.access.key_text import KeyId
from store.fault import StoreFault
from store.schema.access_tables import NOTHING
from store.schema.tables import ApiKeyRow, IdentityRow

UNREADABLE: IdentityName = "unreadable"
"""The name of an identity whose own cannot be shown."""
_NAME: TypeAdapter[str] = TypeAdapter(IdentityName)


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


def shown_identity(identity: str, row: IdentityRow | None) -> Principal:
    """The identity of a key, also where its row was made unreadable, or is gone: then it has no role to speak of."""
    try:
        if row is not None:
            return principal_of(row)
    except (NoGrant, ValidationError):
        pass
    name = readable_name(row.name if row is not None else "")
    return Principal(id=IdentityId(identity), name=name, roles=NOTHING.roles, sites=NOTHING.sites)


def readable_name(name: str) -> IdentityName:
    """The name of an identity as lists show it, also where another writer of the database has changed it."""
    try:
        return _NAME.validate_python(name)
    except ValidationError:
        return UNREADABLE


def key_of(row: ApiKeyRow, identity: IdentityRow) -> ApiKey:
    """The key of a row and its identity's.

    Raises:
        NoGrant: when the company's log-in alone knows the identity.
    """
    return _key(row, principal_of(identity))


def shown_key(row: ApiKeyRow, identity: IdentityRow | None) -> ApiKey:
    """As `key_of`, to be shown and revoked whatever was done to the identity."""
    return _key(row, shown_identity(row.identity_id, identity))


def _key(row: ApiKeyRow, principal: Principal) -> ApiKey:
    return ApiKey(
        id=KeyId(row.id),
        principal=principal,
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        used_at=row.used_at,
    )
