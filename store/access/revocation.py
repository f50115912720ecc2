"""Keys that are revoked, whatever another writer of the database has made of their rows meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from rotation.identity.permission import Role
from store.access.api_key import ApiKey, shown_identity, shown_key
from store.access.key_text import KeyId
from store.access.stated_rows import AccessRows
from store.fault import StoreFault
from store.schema.tables import ApiKeyRow, IdentityRow
from store.trail.site_trail import Author, TrailKind

ALL_KEYS = select(ApiKeyRow, IdentityRow).outerjoin(IdentityRow, IdentityRow.id == ApiKeyRow.identity_id)
"""Also keys whose identity is gone: it may be put back, and the key is revoked all the same."""
_Found = tuple[ApiKeyRow, IdentityRow | None]


class UnknownKey(StoreFault):
    """There is no key of that id."""


class LastAdmin(StoreFault):
    """It is the last key by which an admin of all sites could add another one."""


async def revoke(rows: AccessRows, key_id: KeyId, by: Author, at: datetime) -> ApiKey:
    """Let a key open nothing any more. One that was revoked before stays as it is.

    Raises:
        UnknownKey: when there is none of that id.
        LastAdmin: when no admin of all sites would have a key.
    """
    found: dict[str, _Found] = {key.id: (key, of) for key, of in await rows.session.execute(ALL_KEYS)}
    altered = await rows.altered(*dict.fromkeys(row for both in found.values() for row in both if row))
    row, identity = found.pop(key_id) if key_id in found else await _put_back(rows, key_id, at)
    left = [shown_key(*both) for both in found.values() if not any(each in altered for each in both)]
    _require_admin(left, shown_key(row, identity), at)
    # of one that was revoked and altered nothing is lost: it opens nothing
    if row.revoked_at is None or row in altered:
        row.revoked_at, row.revoked_by = row.revoked_at or at, row.revoked_by or by.who
        state_key(rows, row, identity, TrailKind.KEY_REVOKED, by=by, at=at)
    return shown_key(row, identity)


def state_key(
    rows: AccessRows, row: ApiKeyRow, identity: IdentityRow | None, kind: TrailKind, *, by: Author, at: datetime
) -> None:
    """State a key on the trail."""
    principal = shown_identity(row.identity_id, identity)
    data = {"key": row.id, "identity": principal.id, "roles": ", ".join(principal.roles)}
    rows.state(row, kind, f"key {row.id} of {principal.name}", author=by, at=at, data=data)


async def _put_back(rows: AccessRows, key_id: KeyId, at: datetime) -> _Found:
    """A key whose row another writer has deleted, to put it back later: it gets a row that opens nothing."""
    identity = await rows.session.get(IdentityRow, (await rows.stated(key_id)).get("identity", ""))
    if identity is None:
        raise UnknownKey(f"there is no key of id {key_id}")
    nothing = {"hash": "", "made_by": "", "revoked_by": "", "expires_at": None, "revoked_at": None, "used_at": None}
    return ApiKeyRow(id=key_id, identity_id=identity.id, made_at=at, **nothing), identity


def _require_admin(left: Sequence[ApiKey], revoked: ApiKey, now: datetime) -> None:
    def opens(key: ApiKey) -> bool:
        return Role.ADMIN in key.principal.roles and key.principal.sites is None and key.counts(now)

    if opens(revoked) and not any(map(opens, left)):
        raise LastAdmin(f"key {revoked.id} of {revoked.principal.name} is the last one of an admin")
