"""Identities for tests of the API: one admin whose key stands here, and others by their names."""

from datetime import UTC, datetime

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.access.key_text import KeyText
from store.store import Store
from store.trail.site_trail import Author

KEY = f"rotator_{'a1' * 8}_{'b2' * 32}"
NAME = "ann"
"""The admin who has `KEY`."""
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def know(store: Store, name: str = NAME, *roles: Role, key: str = KEY, sites: tuple[SiteId, ...] | None = None):
    """Have a store know an identity, an admin where no role is named, by its key, which never expires."""
    text = KeyText.read(key)
    assert text is not None
    grant = Grant(roles=roles or (Role.ADMIN,), sites=sites)
    held = await store.identities.add(name, grant, text, by=Author(who="a test"), at=AT, expires_at=None)
    return held.principal


async def key_of(store: Store, name: str, *roles: Role, sites: tuple[SiteId, ...] | None = None) -> str:
    """The key of a new identity."""
    key = KeyText.new().write()
    await know(store, name, *roles, key=key, sites=sites)
    return key


OTHERS = {"ben": (Role.ADMIN,), "olga": (Role.OPERATOR,), "bob": (Role.APPROVER, Role.OPERATOR)}
"""Other people of tests, and their roles."""


async def know_others(store: Store) -> dict[str, dict[str, str]]:
    """Have a store know them: the header of each."""
    return {name: {"Authorization": f"Bearer {await key_of(store, name, *roles)}"} for name, roles in OTHERS.items()}
