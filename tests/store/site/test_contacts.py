"""The trail of contacts, and the certificates that are trusted at a site because of it."""

import pytest
from sqlalchemy import update

from rotation.trust.contact import Contact, ContactKind
from store.database.chain import ChainBroken
from store.progress import Progress, RotationStatus
from store.schema.tables import ContactRow
from store.site.contacts import LastPin, NotPinned
from store.site.site_version import SiteChanged
from store.site.sites import UnknownSite

OLD, NEW, OTHER = "aa" * 32, "bb" * 32, "dd" * 32


def contact(at, fingerprint=OLD, kind=ContactKind.CONNECTED, who="", server="sepm1"):
    """A contact with the REST port of a server."""
    return Contact(at=at, kind=kind, address=f"{server}.test:8446", server=server, fingerprint=fingerprint, who=who)


async def accepted(site):
    """The certificates that the site is trusted by."""
    return (await site.sites.access("site-1")).fingerprints


@pytest.fixture
async def swapping(site, make):
    """A site whose rotation has opened the swap of sepm1."""
    await site.rotations.create(make.new(), make.t0)
    assert await accepted(site) == {OLD}
    await site.swaps.opened("rot-1", "sepm1", NEW, make.at(minutes=1))
    return site


async def test_every_contact_is_kept_in_order_and_chained(site, make):
    """Numbers have no gap, each line is read as it was recorded, and the chain holds."""
    contacts = [contact(make.t0), contact(make.at(minutes=1), OTHER, ContactKind.REFUSED), contact(make.at(minutes=2))]
    for each in contacts:
        await site.contacts.record("site-1", each)
    kept = await site.contacts.list("site-1")
    assert [each.number for each in kept] == [1, 2, 3]
    assert [Contact.model_validate(each.model_dump(exclude={"number", "hash"})) for each in kept] == contacts
    assert await site.contacts.list("site-1", after=2) == kept[2:]
    assert (await site.contacts.verify_chain("site-1")).number == 3
    here = {(each.kind, each.fingerprint): each for each in await site.contacts.presences("site-1")}
    known = here["connected", OLD]
    assert (known.first, known.last, known.count) == (make.t0, make.at(minutes=2), 2)
    assert here["refused", OTHER].count == 1


async def test_an_altered_contact_breaks_the_chain(site, make):
    """A change that hides a third certificate is found."""
    for fingerprint in (OLD, OTHER):
        await site.contacts.record("site-1", contact(make.t0, fingerprint))
    async with site.database.write() as session:
        await session.execute(update(ContactRow).where(ContactRow.number == 2).values(fingerprint=OLD))
    with pytest.raises(ChainBroken, match="site site-1 is broken at event 2: it was altered"):
        await site.contacts.verify_chain("site-1")


async def test_a_swap_announces_and_its_proof_settles(swapping, make):
    """Old and new from its opening; the new one alone when both ports have shown it, and the trail says so."""
    assert await accepted(swapping) == {OLD, NEW}
    await swapping.contacts.record("site-1", contact(make.at(minutes=2), NEW))
    assert await accepted(swapping) == {OLD, NEW}, "the client port has not shown it"
    await swapping.swaps.seen("rot-1", "sepm1", NEW, first_seen=make.t0, seen_at=make.at(minutes=3))
    await swapping.contacts.record("site-1", contact(make.at(minutes=4), OLD))
    assert await accepted(swapping) == {OLD, NEW}, "the REST port has not followed"
    await swapping.contacts.record("site-1", contact(make.at(minutes=5), NEW))
    assert await accepted(swapping) == {NEW}
    last = [(each.kind, each.fingerprint, each.who) for each in await swapping.contacts.list("site-1")][-2:]
    assert last == [("pinned", NEW, "the service"), ("dropped", OLD, "the service")]
    await swapping.contacts.verify_chain("site-1")


async def test_going_back_trusts_the_old_certificate_again(swapping, make):
    """A roll-back announces it: both are trusted until it was proven in its turn."""
    await swapping.swaps.seen("rot-1", "sepm1", NEW, first_seen=make.t0, seen_at=make.at(minutes=3))
    await swapping.contacts.record("site-1", contact(make.at(minutes=4), NEW))
    assert await accepted(swapping) == {NEW}
    await swapping.swaps.opened("rot-1", "sepm1", OLD, make.at(minutes=10))
    assert await accepted(swapping) == {OLD, NEW}
    await swapping.swaps.seen("rot-1", "sepm1", OLD, first_seen=make.t0, seen_at=make.at(minutes=12))
    await swapping.contacts.record("site-1", contact(make.at(minutes=13), OLD))
    assert await accepted(swapping) == {OLD}


@pytest.mark.parametrize("seen", [False, True])
async def test_what_was_withdrawn_is_not_trusted_after_the_end(swapping, make, seen):
    """A swap that was not seen ends with its rotation; one that was seen is trusted until the REST port shows it."""
    if seen:
        await swapping.swaps.seen("rot-1", "sepm1", NEW, first_seen=make.t0, seen_at=make.at(minutes=3))
    await swapping.rotations.project("rot-1", Progress(status=RotationStatus.CANCELLED), make.at(minutes=9))
    assert await accepted(swapping) == ({OLD, NEW} if seen else {OLD})


async def test_what_a_terminated_rotation_left_is_unknown(swapping, make):
    """Ended from outside in the middle of a swap, the announced certificate may be in: both are trusted."""
    await swapping.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(minutes=9))
    assert await accepted(swapping) == {OLD, NEW}


async def test_a_server_that_is_not_behind_the_address_announces_nothing(swapping, make):
    """What goes into sepm2 has no business at the REST port of sepm1."""
    await swapping.swaps.opened("rot-1", "sepm2", OTHER, make.at(minutes=1))
    assert await accepted(swapping) == {OLD, NEW}


async def test_of_two_decisions_about_one_version_one_is_made(site, make):
    """Both were made on what was read before: the other is refused in its own transaction, and changes nothing."""
    seen = await site.site_changes.version("site-1")
    await site.contacts.trust("site-1", contact(make.t0, OTHER, ContactKind.PINNED, "ann"), expected=seen)
    with pytest.raises(SiteChanged):
        await site.contacts.trust("site-1", contact(make.t0, NEW, ContactKind.PINNED, "ben"), expected=seen)
    with pytest.raises(SiteChanged):
        await site.contacts.doubt("site-1", contact(make.t0, OLD, ContactKind.DROPPED, "ben"), expected=seen)
    assert await accepted(site) == {OLD, OTHER}
    now = await site.site_changes.version("site-1")
    await site.contacts.doubt("site-1", contact(make.t0, OLD, ContactKind.DROPPED, "ben"), expected=now)
    assert await accepted(site) == {OTHER}


async def test_a_person_pins_and_drops(site, make):
    """A person's pin is kept once, with who and why; the last one is not dropped, nor one that is not there."""
    word = contact(make.t0, OTHER, ContactKind.PINNED, "ann")
    for _ in range(2):
        await site.contacts.trust("site-1", word)
    assert await accepted(site) == {OLD, OTHER}
    assert [each.who for each in await site.contacts.list("site-1")] == ["ann"]
    await site.contacts.doubt("site-1", contact(make.t0, OLD, ContactKind.DROPPED, "ann"))
    assert await accepted(site) == {OTHER}
    with pytest.raises(LastPin):
        await site.contacts.doubt("site-1", contact(make.t0, OTHER, ContactKind.DROPPED, "ann"))
    with pytest.raises(NotPinned):
        await site.contacts.doubt("site-1", contact(make.t0, NEW, ContactKind.DROPPED, "ann"))
    with pytest.raises(UnknownSite):
        await site.contacts.trust("nowhere", word)


async def test_a_ca_is_narrowed_to_what_was_there(store, make):
    """Where a CA vouches, a swap is still between two: what the address last presented, and what is announced."""
    connection = make.connection().model_copy(update={"fingerprints": frozenset(), "ca_pem": "a CA"})
    await store.sites.add(make.site(), connection, make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    for fingerprint in (OTHER, OLD):
        await store.contacts.record("site-1", contact(make.t0, fingerprint))
    assert (await store.sites.access("site-1")).by_ca
    await store.swaps.opened("rot-1", "sepm1", NEW, make.at(minutes=1))
    await store.contacts.record("site-1", contact(make.at(minutes=2), NEW))
    # another server was asked for a second view: that tells nothing of this address
    await store.contacts.record("site-1", contact(make.at(minutes=3), OTHER, server="sepm2"))
    access = await store.sites.access("site-1")
    assert (access.fingerprints, access.by_ca, access.ca_pem) == ({OLD, NEW}, False, "a CA")
