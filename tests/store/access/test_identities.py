"""Identities and keys in the store: what is kept, and what a key that is presented is worth."""

import pytest
from sqlalchemy import text

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.access.identities import IdentityExists, UnknownIdentity
from store.access.key_text import KeyId, KeyText
from store.access.revocation import LastAdmin, UnknownKey
from store.keys.sealed import values_by_key
from store.store import Store
from store.trail.site_trail import Author

ADMIN, ROBOT = Grant(roles=(Role.ADMIN,)), Grant(roles=(Role.ROBOT,), sites=(SiteId("site-1"),))


@pytest.fixture
def add(store, make):
    """Adds an identity with a key; gives the key's text."""

    async def adding(name="Ann", grant=ADMIN, expires_at=None):
        key = KeyText.new()
        await store.identities.add(name, grant, key, by=Author(who="a test"), at=make.t0, expires_at=expires_at)
        return key

    return adding


async def test_a_key_is_found_by_its_text(store, make, add):
    """With its identity, its roles and its sites; by no other secret, id or form."""
    await add()
    key = await add("Robo", ROBOT)
    held = await store.identities.holder(key.write(), make.t0)
    assert (held.principal.name, held.principal.roles, held.principal.sites) == ("Robo", ROBOT.roles, ROBOT.sites)
    other = KeyText.new()
    for wrong in (KeyText(key.id, other.secret), KeyText(other.id, key.secret)):
        assert await store.identities.holder(wrong.write(), make.t0) is None
    for odd in ("", "rotator_", key.secret, key.write().upper(), key.write() + "0", f"x{key.write()}", "\0"):
        assert await store.identities.holder(odd, make.t0) is None


async def test_of_a_key_only_a_keyed_hash_is_kept(store, make, add):
    """No table has its secret, and its hash needs what is sealed."""
    key = await add()
    async with store.database.read() as session:
        rows = [
            row
            for table in ("identities", "api_keys", "sealed_keys")
            for row in await session.execute(text(f"SELECT * FROM {table}"))
        ]
    assert rows
    assert key.secret not in str(rows)
    assert bytes.fromhex(key.secret) not in b"".join(each for row in rows for each in row if isinstance(each, bytes))
    assert sum((await values_by_key(store.database)).values()) == 1
    assert key.secret not in repr(key)
    # another process opens the same secret
    assert await Store(store.database, store.vault).identities.holder(key.write(), make.t0) is not None


async def test_one_name_is_one_identity(store, make, add):
    """Two people cannot be made of one by how a name is written; nothing is left of what was refused."""
    await add("Bob Kay")
    for name in ("Bob Kay", "BOB KAY", "bob.kay"):
        with pytest.raises(IdentityExists, match="Bob Kay"):
            await add(name)
    assert len((await store.identities.keys()).items) == 1
    held = await store.identities.named("Bob Kay")
    second = KeyText.new()
    await store.identities.add_key(held.id, second, by=Author(who="a test"), at=make.t0, expires_at=None)
    assert (await store.identities.holder(second.write(), make.t0)).principal == held
    with pytest.raises(UnknownIdentity, match="bob kay"):
        await store.identities.named("bob kay")


async def test_a_key_ends(store, make, add):
    """When it expires, and when it is revoked; a second revocation changes nothing."""
    await add()
    key = await add("Robo", ROBOT, expires_at=make.at(days=1))
    assert await store.identities.holder(key.write(), make.at(hours=23)) is not None
    assert await store.identities.holder(key.write(), make.at(days=1)) is None
    first = await store.identities.revoke(key.id, Author(who="Ann"), make.at(hours=1))
    assert await store.identities.revoke(key.id, Author(who="Bob"), make.at(hours=2)) == first
    assert (first.revoked_by, first.revoked_at) == ("Ann", make.at(hours=1))
    assert await store.identities.holder(key.write(), make.at(hours=3)) is None
    assert await store.identities.still(key.id, make.at(hours=3)) is None
    with pytest.raises(UnknownKey):
        await store.identities.revoke(KeyId("none"), Author(who="Ann"), make.t0)


async def test_the_last_admin(store, make, add):
    """Its key stays; one that has expired, or sees some sites only, does not stand in for it."""
    key = await add()
    await add("Old", expires_at=make.at(days=1))
    await add("Vienna", Grant(roles=(Role.ADMIN,), sites=(SiteId("site-1"),)))
    with pytest.raises(LastAdmin, match="Ann"):
        await store.identities.revoke(key.id, Author(who="Ann"), make.at(days=2))
    assert await store.identities.holder(key.write(), make.at(days=2)) is not None


async def test_the_last_use_is_kept_to_the_minute(store, make, add):
    """A caller that asks all the time does not have the database written all the time."""
    key = await add()
    for at in (make.t0, make.at(seconds=30), make.at(seconds=90)):
        held = await store.identities.holder(key.write(), at)
        await store.identities.note_use(held, at)
        (shown,) = (await store.identities.keys()).items
        assert shown.used_at == (make.t0 if at < make.at(minutes=1) else at)


async def test_who_has_a_role(store, add):
    """By name, for a refusal that says who may."""
    await add()
    await add("Robo", ROBOT)
    assert await store.identities.with_role((Role.ROBOT, Role.APPROVER)) == ("Robo",)
    assert await store.identities.with_role((Role.APPROVER,)) == ()
