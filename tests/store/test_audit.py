"""The audit finds what a writer of the database has edited, deleted, inserted or cut off, in every trail."""

import hashlib

import pytest
from sqlalchemy import text

from rotation.site import Limits
from rotation.trust.contact import Contact, ContactKind
from rotation.values import Fingerprint
from store.database.chain import canonical
from store.rotation.events import _HASHED as _EVENTS
from store.rotation.events import NewEvent
from store.site.contacts import _HASHED as _CONTACTS
from store.trail.site_trail import HASHED as _TRAIL
from store.trail.site_trail import SERVICE, SITE_DIGEST, NewTrailEvent, TrailKind

NAMES = {"events": "rotation rot-1", "trail": "site site-1", "contacts": "contacts of site site-1"}
OF = {"events": "rotation_id = 'rot-1'", "trail": "site_id = 'site-1'", "contacts": "site_id = 'site-1'"}


@pytest.fixture
async def filled(running, make):
    """A store in which each trail has some events, with a head of the last one outside."""
    for number in range(4):
        event = NewEvent(at=make.t0, kind="k", message=f"did {number}", data={}, key=f"r/{number}")
        await running.events.append("rot-1", "site-1", event)
        await running.site_changes.set_limits("site-1", Limits(), make.act(why=f"because of {number}"))
        refused = Contact(
            at=make.t0,
            kind=ContactKind.REFUSED,
            address="sepm1.test:8446",
            server="sepm1",
            fingerprint=Fingerprint("dd" * 32),
        )
        await running.contacts.record("site-1", refused)
    return running


async def change(store, statement):
    """What a stranger does who can write to the database."""
    async with store.database.write() as session:
        await session.execute(text(statement))


async def broken(store, **only):
    """What does not hold."""
    return [(each.trail, each.number) for each in (await store.audit.verify(**only)).broken]


async def test_whole_trails_hold(filled):
    """All of them, each with its heads; of one site or rotation only what belongs to it."""
    report = await filled.audit.verify()
    assert report.broken == ()
    held = {each.trail: (each.events, each.heads > 0) for each in report.intact}
    assert held == {
        "rotation rot-1": (4, True),
        "site site-1": (6, True),
        "contacts of site site-1": (4, True),
        "service": (0, False),
    }
    assert report.unknown_heads == 0
    assert {each.trail for each in (await filled.audit.verify("site-1")).intact} == set(held) - {"service"}
    assert [each.trail for each in (await filled.audit.verify(rotation_id="rot-1")).intact] == ["rotation rot-1"]


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("UPDATE {table} SET at = at + 1 WHERE {of} AND number = 2", 2),
        ("DELETE FROM {table} WHERE {of} AND number = 2", 2),
        ("UPDATE {table} SET number = number + 100 WHERE {of} AND number = 4", 4),
        ("DELETE FROM {table} WHERE {of} AND number >= 4", 4),
        ("DELETE FROM {table} WHERE {of}", 1),
    ],
)
async def test_a_change_of_any_trail_is_found(filled, table, what, number):
    """Edited, deleted in the middle, moved, cut off at the end, or gone as a whole; every other trail still holds."""
    await change(filled, what.format(table=table, of=OF[table]))
    found = await broken(filled)
    assert (NAMES[table], number) in found
    assert {trail for trail, _ in found} == {NAMES[table]}


async def test_an_inserted_event_is_found(filled):
    """A row between others, with numbers made to fit, does not follow the one before."""
    await change(filled, "UPDATE events SET number = 99 WHERE rotation_id = 'rot-1' AND number = 4")
    copied = "rotation_id, 4, site_id, at, kind, 'not so', data, 'r/9', previous, hash, code, position"
    await change(filled, f"INSERT INTO events SELECT {copied} FROM events WHERE number = 3")
    assert await broken(filled) == [("rotation rot-1", 4)]


@pytest.mark.parametrize("table", NAMES)
async def test_an_event_that_a_stranger_appends_is_found(filled, table):
    """Behind the last one, with number, previous and hash as they have to be: the service has not written it."""
    hashed = {"events": _EVENTS, "trail": _TRAIL, "contacts": _CONTACTS}[table]
    async with filled.database.write() as session:
        of = f"SELECT * FROM {table} WHERE {OF[table]} ORDER BY number DESC LIMIT 1"
        last = dict((await session.execute(text(of))).mappings().one())
        new = last | {"number": last["number"] + 1, "previous": last["hash"]}
        new |= {"key": "r/99"} if table == "events" else {"why": "so"} if table == "contacts" else {"who": "ben"}
        new["hash"] = hashlib.sha256(canonical({name: new[name] for name in hashed}).encode()).hexdigest()
        names = ", ".join(new)
        await session.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(new)})"), new)
    (found,) = (await filled.audit.verify()).broken
    assert (found.trail, found.number, found.what) == (NAMES[table], new["number"], "the service has not written it")


async def test_a_trail_that_was_rewritten_is_found(filled, make):
    """All hashes fit, as of a store that another one wrote; the heads outside do not."""
    rows = "SELECT number, hash FROM events WHERE rotation_id = 'rot-1' ORDER BY number"
    async with filled.database.read() as session:
        before = (await session.execute(text(rows))).all()
    await change(filled, "DELETE FROM events WHERE rotation_id = 'rot-1'")
    heads, filled.heads.file = filled.heads.file, None  # the stranger's store does not reach the file
    for number in range(len(before)):
        event = NewEvent(at=make.t0, kind="k", message=f"did not {number}", data={}, key=f"r/{number}")
        await filled.events.append("rot-1", "site-1", event)
    assert (await filled.events.verify_chain("rot-1")).number == len(before)
    filled.heads.file = heads
    assert await broken(filled) == [("rotation rot-1", 1)]


async def test_a_rotation_that_is_gone_as_a_whole_is_found(filled):
    """Its row and its events are deleted: its heads are left."""
    await change(filled, "DELETE FROM events WHERE rotation_id = 'rot-1'")
    await change(filled, "DELETE FROM rotations WHERE id = 'rot-1'")
    assert await broken(filled) == [("rotation rot-1", 1)]


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE sites SET site = replace(site, '"stays":"P1D"', '"stays":"PT0S"')""",
        "UPDATE sites SET username = 'other'",
        "UPDATE sites SET name = 'Brno'",
        "DELETE FROM pinned_fingerprints",
    ],
)
async def test_a_site_that_is_not_as_its_trail_says_is_found(filled, statement):
    """Limits, account or fingerprints that were changed behind the service."""
    await change(filled, statement)
    assert await broken(filled) == [("site site-1", None)]


async def test_heads_that_are_not_this_stores_count_for_nothing(filled):
    """A line that a stranger adds is named and not used; the file is its owner's alone."""
    assert filled.heads.file.stat().st_mode & 0o777 == 0o600
    line = filled.heads.file.read_text().splitlines()[-1]
    with filled.heads.file.open("a") as file:
        file.write(line.replace('"number":', '"number":9') + "\nnot json\n")
    report = await filled.audit.verify()
    assert ([each.trail for each in report.broken], report.unknown_heads) == (["heads"], 2)


@pytest.fixture
def seen(make):
    """A plain connection to the site."""
    kind, fingerprint = ContactKind.CONNECTED, Fingerprint("aa" * 32)
    return Contact(at=make.t0, kind=kind, address="sepm1.test:8446", server="sepm1", fingerprint=fingerprint)


async def test_a_connection_that_was_cut_off_is_found(site, seen):
    """A plain connection has a head of its own, at once."""
    await site.contacts.record("site-1", seen)
    await change(site, "DELETE FROM contacts")
    assert await broken(site) == [("contacts of site site-1", 1)]


async def test_many_connections_have_one_head_a_minute(site, seen):
    """The later ones wait, and the last of them has its head before the store is closed."""
    for _ in range(3):
        await site.contacts.record("site-1", seen)
    trail = "contacts of site site-1"
    assert [head.number for head in (await site.heads.kept()).heads[trail]] == [1]
    await site.heads.flush()
    assert [head.number for head in (await site.heads.kept()).heads[trail]] == [1, 3]
    await change(site, "DELETE FROM contacts WHERE number = 3")
    assert await broken(site) == [(trail, 3)]


@pytest.mark.parametrize("heads", [True, False])
async def test_of_one_site_a_rotation_that_is_gone_is_found(filled, heads):
    """Its start is on the trail of its site, also where no head is kept outside."""
    if not heads:
        filled.heads.file.unlink()
    await change(filled, "DELETE FROM events WHERE rotation_id = 'rot-1'")
    await change(filled, "DELETE FROM rotations WHERE id = 'rot-1'")
    number = 1 if heads else None
    assert await broken(filled, site_id="site-1") == [("rotation rot-1", number)]
    assert await broken(filled) == [("rotation rot-1", number)]


async def test_a_site_of_an_older_release_is_as_its_trail_says(filled, make):
    """A release that adds a field to sites changes no site: what counts is the text that was stored."""
    older = """UPDATE sites SET site = replace(site, ',"archived_at"\\:null', '')"""
    async with filled.database.read() as session:
        text_now = await session.scalar(text("SELECT site FROM sites"))
    assert ',"archived_at":null' in text_now
    digest = hashlib.sha256(text_now.replace(',"archived_at":null', "").encode()).hexdigest()
    event = NewTrailEvent(
        at=make.t0, kind=TrailKind.LIMITS_CHANGED, message="", author=SERVICE, data={SITE_DIGEST: digest}
    )
    await filled.trail.append("site-1", event)
    await change(filled, older)
    assert await broken(filled) == []
    await change(filled, """UPDATE sites SET site = replace(site, '"name":"Vienna"', '"name":"Brno"')""")
    assert await broken(filled) == [("site site-1", None)]
