"""Subjects of the company's log-in: the identity that each is, as the first log-in or an admin has it."""

import asyncio

import pytest

from rotation.identity.identity import Grant
from rotation.identity.log_in import LogIn
from rotation.identity.permission import Role
from rotation.identity.two_persons import LASTS, TwoPersonAct
from rotation.values import SiteId
from store.access.api_key import NoGrant
from store.access.identities import IdentityExists, UnknownIdentity
from store.access.key_text import KeyText
from store.access.subjects import NameTaken, NotLinked, SubjectBarred, UnknownSubject
from store.database.chain import canonical
from store.trail.site_trail import Author

ISSUER = "https://login.example.com"
ROOT = Author(who="root")
VIEWER, OPERATOR = Grant(roles=(Role.VIEWER,)), Grant(roles=(Role.OPERATOR,), sites=(SiteId("site-1"),))


def log_in(subject="s-1", name="Ann Admin", grant=VIEWER, issuer=ISSUER):
    """A log-in that has been proven."""
    return LogIn(issuer=issuer, subject=subject, name=name, grant=grant)


@pytest.fixture
def seen(store, make):
    """The principal of a log-in."""

    async def look(*given, **changes):
        return await store.subjects.principal(log_in(*given, **changes), make.t0)

    return look


@pytest.fixture
def link(store, make):
    """Links a subject, as an admin does."""

    async def linking(name, subject="s-1", *, new=False):
        return await store.subjects.link(ISSUER, subject, name, by=ROOT, at=make.t0, new=new)

    return linking


@pytest.fixture
def keyed(store, make):
    """Makes an identity with a key."""

    async def adding(name, grant=OPERATOR, **how):
        key = KeyText.new()
        held = await store.identities.add(name, grant, key, by=ROOT, at=make.t0, expires_at=None, **how)
        assert (await store.identities.holder(key.write(), make.t0)) == held
        return held.principal

    return adding


async def test_the_first_log_in_makes_an_identity(store, seen):
    """It stays the same one, under the name of the first time; its roles are those of each token."""
    first = await seen()
    again = await seen(name="Ann Married", grant=OPERATOR)
    assert (again.id, again.name) == (first.id, "Ann Admin")
    assert (first.roles, first.sites) == (VIEWER.roles, None)
    assert (again.roles, again.sites) == (OPERATOR.roles, OPERATOR.sites)
    (kept,) = (await store.subjects.page()).items
    assert (kept.subject, kept.identity, kept.linked_by) == ("s-1", first.id, "")


async def test_issuer_and_subject_tell_persons_apart(seen):
    """Another subject is another person, and so is that subject at another provider; case counts."""
    ids = {
        (await seen()).id,
        (await seen("s-2", "Bob Kay")).id,
        (await seen("S-1", "Carol")).id,
        (await seen(issuer=f"{ISSUER}/", name="Dora")).id,
    }
    assert len(ids) == 4


async def test_a_name_never_makes_one_person_of_two(seen, keyed):
    """A log-in under the name of another identity, or one that looks the same, waits for an admin."""
    await keyed("Ann Admin")
    for name in ("Ann Admin", "ANN ADMIN", "\u00c4nn Admin", "A n n Admin"):
        with pytest.raises(NameTaken, match="s-1"):
            await seen(name=name)
    await seen("s-2", "Bob Kay")
    with pytest.raises(NameTaken):
        await seen("s-3", "bob kay")


async def test_a_person_with_a_key_is_linked(seen, keyed, link):
    """Then key and token are one identity, with the roles that each of them gives."""
    ann = await keyed("Ann Admin")
    await link("Ann Admin")
    found = await seen()
    assert (found.id, found.name, found.roles) == (ann.id, ann.name, VIEWER.roles)
    assert ann.roles == OPERATOR.roles


async def test_a_subject_that_was_seen_can_be_linked(store, seen, keyed, link):
    """It is the other identity from the next token on; the one that it was stays for the trails, without a subject."""
    ann, before = await keyed("ann"), await seen()
    linked = await link("ann")
    assert (linked.identity, linked.linked_by) == (ann.id, "root")
    assert before.id != (await seen()).id == ann.id
    assert [each.identity for each in (await store.subjects.page()).items] == [ann.id]


async def test_where_an_admin_links_first_no_log_in_makes_an_identity(store, link, make):
    """A subject waits for its link, under its name for the admin."""
    with pytest.raises(NotLinked, match="s-1"):
        await store.subjects.principal(log_in(), make.t0, link_first=True)
    assert (await store.subjects.page()).items == ()
    linked = await link("Ann Admin", new=True)
    found = await store.subjects.principal(log_in(), make.t0, link_first=True)
    assert found.id == linked.identity


async def test_a_person_does_not_second_what_it_has_wished_before_the_link(store, seen, keyed, link, make):
    """A wish of the identity that a subject was waits as one of the identity that it is."""
    ann, before = await keyed("ann"), await seen()
    bob = await keyed("Bob Kay")
    content = {"site": "site-1"}

    async def wish(by):
        return await store.wishes.second(TwoPersonAct.TRUST, content, by=by, why="", at=make.t0)

    assert await wish(before) is None
    await link("ann")
    (waiting,) = (await store.wishes.all_waiting(TwoPersonAct.TRUST, at=make.t0)).values()
    assert (waiting.identity, waiting.content, waiting.until) == (ann.id, canonical(content), make.t0 + LASTS)
    assert await wish(ann) is None
    assert await wish(await seen()) is None
    seconded = await wish(bob)
    assert seconded is not None
    assert seconded.identity == ann.id


async def test_another_person_of_the_same_name_gets_another_one(seen, keyed, link):
    """The admin gives it, before the first log-in or after it was refused."""
    ann = await keyed("Ann Admin")
    with pytest.raises(UnknownIdentity):
        await link("Ann Admin of Brno")
    linked = await link("Ann Admin of Brno", new=True)
    found = await seen()
    assert (found.id, found.name) == (linked.identity, "Ann Admin of Brno")
    assert found.id != ann.id
    for name in ("Ann Admin", "ANN ADMIN of brno"):
        with pytest.raises(IdentityExists):
            await link(name, "s-2", new=True)
    with pytest.raises(UnknownIdentity):
        await link("ANN ADMIN", "s-2")


async def test_a_key_for_a_person_of_the_log_in(store, seen, keyed):
    """It needs roles of its own, is of the same identity, and counts no less when the token gives other ones."""
    ann = await seen()
    with pytest.raises(NoGrant):
        await store.identities.named("Ann Admin")
    with pytest.raises(IdentityExists):
        await keyed("Ann Admin")
    with pytest.raises(UnknownIdentity):
        await keyed("Ann Adm1n", another=True)
    with pytest.raises(UnknownIdentity):
        await keyed("Bob", another=True)
    by_key = await keyed("Ann Admin", another=True)
    assert (by_key.id, by_key.roles) == (ann.id, OPERATOR.roles)
    assert (await seen()).id == ann.id
    with pytest.raises(IdentityExists):
        await keyed("Ann Admin", VIEWER, another=True)
    assert (await store.identities.named("Ann Admin")).roles == OPERATOR.roles
    assert await store.identities.with_role((Role.OPERATOR, Role.VIEWER)) == ("Ann Admin",)


async def test_identities_without_keys_are_no_obstacle(store, seen):
    """Lists of keys and of roles leave them out."""
    await seen()
    assert (await store.identities.keys()).items == ()
    assert await store.identities.with_role(tuple(Role)) == ()
    assert not await store.identities.any(), "`rotator up` would make the first key"


async def test_a_barred_subject_is_refused(store, seen, link, make):
    """Whatever its tokens say, until an admin links it again; its first bar stays."""
    await seen()
    (kept,) = (await store.subjects.page()).items
    await store.subjects.bar(kept.id, ROOT, make.t0)
    again = await store.subjects.bar(kept.id, Author(who="another"), make.at(days=1))
    assert (again.barred_by, again.barred_at) == ("root", make.t0)
    with pytest.raises(SubjectBarred, match="root"):
        await seen()
    await link("Ann Admin")
    assert (await seen()).id == kept.identity
    with pytest.raises(UnknownSubject):
        await store.subjects.bar("none", ROOT, make.t0)


async def test_first_log_ins_at_the_same_time_are_one_identity(store, seen):
    """Of the same person; of two persons with the same name, one gets in."""
    assert len({each.id for each in await asyncio.gather(*(seen() for _ in range(8)))}) == 1
    names = await asyncio.gather(*(seen(f"b-{number}", "Bob Kay") for number in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in names) == ["NameTaken"] * 3 + ["Principal"]
    assert len((await store.subjects.page()).items) == 2
