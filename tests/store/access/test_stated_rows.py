"""Rows of access that another writer of the database has made, changed or put back: they grant nothing."""

import pytest
from sqlalchemy import text

from rotation.identity.permission import Role
from store.access.key_text import KeyText
from store.access.revocation import LastAdmin
from store.access.stated_rows import IdentityAltered
from store.store import Store
from tests.store.access.two_identities import ADMIN, FOR_ALL, ISSUER, ROOT, Access


@pytest.fixture
async def access(store, make):
    """Two identities with keys and log-ins."""
    made = Access(store, make)
    await made.fill()
    return made


async def test_what_the_service_does_is_as_the_audit_expects_it(access, make):
    """Keys, links, bars and wishes of every kind leave nothing to be found, in any process."""
    store, key = access.store, KeyText.new()
    await access.log_in("s-Carol", "Carol")
    (carol,) = [each for each in (await store.subjects.page()).items if each.subject == "s-Carol"]
    await store.identities.add("Carol", ADMIN, key, by=ROOT, at=make.t0, expires_at=make.at(days=1), another=True)
    await store.identities.note_use(await access.holder(key), make.t0)
    await access.second("Ann")
    await access.second("Ann", "site-2")
    assert (await access.second("Bob")).identity == access.ids["Ann"].id
    await store.subjects.link(ISSUER, "s-Ann", "Carol", by=ROOT, at=make.t0, new=False)
    await store.subjects.bar(carol.id, ROOT, make.t0)
    await store.identities.revoke(key.id, ROOT, make.t0)
    other = Store(store.database, store.vault)
    report = await other.audit.verify()
    assert (report.broken, await access.alarms()) == ((), [])


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        (f"UPDATE identities SET granted = '{FOR_ALL}' WHERE name = 'Bob'", "identities"),
        ("UPDATE identities SET name = 'Ann ', likeness = 'other' WHERE name = 'Bob'", "identities"),
        ("UPDATE api_keys SET identity_id = :ann WHERE id = :bob_key", "api_keys"),
        ("UPDATE api_keys SET made_by = 'Ann' WHERE id = :bob_key", "api_keys"),
    ],
    ids=["roles", "name", "identity of a key", "maker of a key"],
)
async def test_a_key_whose_rows_were_changed_opens_nothing(access, statement, table):
    """It is refused with the row's name; one alarm is on the trail, however often the key comes; the audit finds it."""
    values = {"ann": access.ids["Ann"].id, "bob_key": access.bob.id}
    await access.sql(statement, **{name: each for name, each in values.items() if f":{name}" in statement})
    for _ in range(2):
        with pytest.raises(IdentityAltered, match=table):
            await access.holder(access.bob)
        with pytest.raises(IdentityAltered):
            await access.store.identities.still(access.bob.id, access.t0)
    assert await access.alarms() == [table]
    assert await access.found() == [table]
    assert (await access.holder(access.ann)).principal == access.ids["Ann"]


async def test_a_key_whose_identity_cannot_be_read_opens_nothing(access):
    """A grant that is none is refused alike, and does not stop the audit."""
    await access.sql("UPDATE identities SET granted = '{}' WHERE name = 'Bob'")
    with pytest.raises(IdentityAltered, match="not as the service has stated it"):
        await access.holder(access.bob)
    assert await access.found() == ["identities"]


@pytest.mark.parametrize("whole", [False, True], ids=["two columns", "the whole row of before"])
async def test_a_revocation_that_was_taken_back_still_counts(access, whole):
    """The trail has it: neither the columns nor the very row that was there before open anything again."""
    async with access.store.database.read() as session:
        before = (await session.execute(text("SELECT * FROM api_keys WHERE id = :id"), {"id": access.bob.id})).one()
    await access.store.identities.revoke(access.bob.id, ROOT, access.t0)
    if whole:
        await access.sql("DELETE FROM api_keys WHERE id = :id", id=access.bob.id)
        names = ", ".join(f":{name}" for name in before._fields)
        await access.sql(f"INSERT INTO api_keys VALUES ({names})", **before._asdict())
    else:
        await access.sql("UPDATE api_keys SET revoked_at = NULL, revoked_by = '' WHERE id = :id", id=access.bob.id)
    with pytest.raises(IdentityAltered, match="api_keys"):
        await access.holder(access.bob)
    assert await access.found() == ["api_keys"]
    await access.store.identities.revoke(access.bob.id, ROOT, access.t0)
    assert (await access.holder(access.bob), await access.found()) == (None, [])


async def test_a_revocation_that_was_taken_off_the_trail_too_is_found_by_the_heads(access):
    """What no row and no code shows: the trail ends before it ended."""
    heads = access.store.heads.file
    assert heads is not None
    await access.store.identities.revoke(access.bob.id, ROOT, access.t0)
    await access.sql("UPDATE api_keys SET revoked_at = NULL, revoked_by = '' WHERE id = :id", id=access.bob.id)
    await access.sql("DELETE FROM trail WHERE site_id = '' AND kind = 'key-revoked'")
    assert await access.holder(access.bob) is not None
    (broken,) = (await access.store.audit.verify()).broken
    assert "cut off" in broken.what


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET data = replace(data, 'row_sha256', 'row_sha257') WHERE about = :id",
        "UPDATE trail SET about = '' WHERE about = :id",
        "DELETE FROM trail WHERE about = :id",
    ],
    ids=["altered", "about another", "deleted"],
)
async def test_a_row_without_its_event_grants_nothing(access, statement):
    """An event that was changed states nothing either."""
    await access.sql(statement, id=access.bob.id)
    with pytest.raises(IdentityAltered, match="api_keys"):
        await access.holder(access.bob)


async def test_rows_that_were_added_grant_nothing(access):
    """A link that no admin has made, to the identity of an admin."""
    await access.sql(
        "INSERT INTO subjects SELECT 'subject-e', issuer, 's-Eve', identity_id, linked_at, linked_by, barred_at, "
        "barred_by FROM subjects WHERE subject = 's-Ann'"
    )
    with pytest.raises(IdentityAltered, match="subject-e of subjects"):
        await access.log_in("s-Eve")
    assert (await access.alarms(), await access.found()) == (["subjects"], ["subjects"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subjects SET barred_at = NULL, barred_by = '' WHERE subject = 's-Bob'",
        "DELETE FROM subjects WHERE subject = 's-Bob'",
    ],
    ids=["taken back", "deleted"],
)
async def test_a_bar_that_was_taken_back_still_counts(access, statement):
    """No first log-in makes an identity in the place of a row that is gone. An admin's link ends both."""
    (bob,) = [each for each in (await access.store.subjects.page()).items if each.subject == "s-Bob"]
    await access.store.subjects.bar(bob.id, ROOT, access.t0)
    await access.sql(statement)
    with pytest.raises(IdentityAltered, match="subjects"):
        await access.log_in("s-Bob", "Bob the Second")
    assert len((await access.store.audit.verify()).broken) == 1
    await access.store.subjects.link(ISSUER, "s-Bob", "Bob", by=ROOT, at=access.t0, new=False)
    assert (await access.log_in("s-Bob")).id == access.ids["Bob"].id
    assert (await access.store.audit.verify()).broken == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wishes SET identity_id = :ann, asked_by = 'Ann'",
        "UPDATE wishes SET seconded_at = NULL, seconded_by = '', seconded_identity = ''",
        "INSERT INTO wishes SELECT 'w', act, digest, 'Ann', :ann, why, asked_at, '', '', NULL FROM wishes",
    ],
    ids=["of another", "not seconded", "added"],
)
async def test_a_wish_that_was_forged_is_none(access, statement):
    """A wish of the same person, one that was counted before, and one that was made up stand in for no first person."""
    await access.second("Bob")
    if "seconded" in statement:
        assert await access.second("Ann") is not None
    await access.sql(statement, **({"ann": access.ids["Ann"].id} if ":ann" in statement else {}))
    who = "Ann" if "seconded" in statement else "Bob"
    assert await access.second(who) is None
    assert (await access.alarms(), await access.found()) == (["wishes"], ["wishes"])


async def test_a_forged_link_moves_no_wish(access):
    """A subject that the database gives to another identity takes no wish of that one along when an admin links it."""
    await access.second("Ann")
    await access.sql("UPDATE subjects SET identity_id = :ann WHERE subject = 's-Bob'", ann=access.ids["Ann"].id)
    await access.store.subjects.link(ISSUER, "s-Bob", "Bob", by=ROOT, at=access.t0, new=False)
    assert await access.second("Ann") is None
    assert (await access.second("Bob")).identity == access.ids["Ann"].id


async def test_a_wish_ends_with_a_key_that_was_revoked_and_put_back(access):
    """And with a log-in that was barred and put back."""
    await access.second("Ann")
    (ann,) = [each for each in (await access.store.subjects.page()).items if each.subject == "s-Ann"]
    await access.store.identities.add("Carol", ADMIN, KeyText.new(), by=ROOT, at=access.t0, expires_at=None)
    await access.store.identities.revoke(access.ann.id, ROOT, access.t0)
    await access.store.subjects.bar(ann.id, ROOT, access.t0)
    await access.sql("UPDATE api_keys SET revoked_at = NULL, revoked_by = ''")
    await access.sql("UPDATE subjects SET barred_at = NULL, barred_by = ''")
    assert await access.second("Bob") is None


async def test_an_altered_identity_is_not_taken_over(access):
    """It gets no key, no link and no grant: what was changed would be stated by that."""
    await access.sql(f"UPDATE identities SET granted = '{FOR_ALL}' WHERE name = 'Bob'")
    store, key = access.store, KeyText.new()
    with pytest.raises(IdentityAltered):
        await store.identities.named("Bob")
    with pytest.raises(IdentityAltered):
        await store.identities.add_key(access.ids["Bob"].id, key, by=ROOT, at=access.t0, expires_at=None)
    with pytest.raises(IdentityAltered):
        await store.subjects.link(ISSUER, "s-New", "Bob", by=ROOT, at=access.t0, new=False)
    await access.sql("UPDATE identities SET granted = NULL WHERE name = 'Bob'")
    with pytest.raises(IdentityAltered):
        await store.identities.add("Bob", ADMIN, key, by=ROOT, at=access.t0, expires_at=None, another=True)
    assert await access.holder(key) is None


async def test_a_forged_admin_does_not_stand_in_for_the_last_one(access):
    """Else the last admin's key could be revoked."""
    await access.sql(f"UPDATE identities SET granted = '{FOR_ALL}' WHERE name = 'Bob'")
    with pytest.raises(LastAdmin):
        await access.store.identities.revoke(access.ann.id, ROOT, access.t0)


async def test_a_grant_that_cannot_be_read_holds_up_no_revocation(access):
    """Who writes to the database and has a key would else keep it: the keys of others are listed and revoked."""
    await access.store.identities.add("Carl", ADMIN, KeyText.new(), by=ROOT, at=access.t0, expires_at=None)
    await access.sql("UPDATE identities SET granted = '{}' WHERE name = 'Bob'")
    assert {each.principal.name for each in (await access.store.identities.keys()).items} >= {"Ann", "Bob"}
    await access.store.identities.revoke(access.ann.id, ROOT, access.t0)
    assert await access.holder(access.ann) is None
    assert "Bob" not in await access.store.identities.with_role([Role.ADMIN])
    with pytest.raises(IdentityAltered):
        await access.holder(access.bob)
