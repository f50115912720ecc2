"""Rows of access that cannot be read, as another writer of the database can make them: they hold up no other row."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from store.access.key_text import KeyText
from store.access.revocation import UnknownKey
from store.access.stated_rows import IdentityAltered
from store.access.subjects import SubjectBarred
from store.database.page import MOST, PageRequest
from store.schema.base import table_of
from store.schema.tables import ApiKeyRow, IdentityRow, SubjectRow, TrailRow, WishRow
from tests.store.access.two_identities import ISSUER, ROOT, Access

FAR, BYTES, NO_UTF8 = str(2**62), "x'ff00'", "CAST(x'c3' AS TEXT)"
GARBAGE = {"Instant": (FAR, "'x'"), "Document": ("NULL", BYTES), "ReadableText": (BYTES, NO_UTF8)}
"""By type of column, what SQLite takes into it; PostgreSQL refuses most of it."""
APPROVER = Grant(roles=(Role.APPROVER,))


@pytest.fixture
async def access(store, make):
    """Two identities with keys and log-ins."""
    made = Access(store, make)
    await made.fill()
    return made


class Damage(NamedTuple):
    """Garbage in a column of one row."""

    table: str
    column: str
    garbage: str
    where: str

    async def make(self, access):
        """Write it, past the database's foreign keys. What puts back what was there; None: the database refuses it."""
        read = text(f"SELECT id, {self.column} FROM {self.table} WHERE {self.where}")
        async with access.store.database.read() as session:
            row_id, was = (await session.execute(read)).one()
        change = f"UPDATE {self.table} SET {self.column} = {self.garbage} WHERE {self.where}"
        try:
            if access.store.database.is_postgresql:
                await access.sql(change)
            else:
                found = self._rows(access, f"SELECT rowid FROM {self.table} WHERE {self.where}")
                self._rows(access, change)
        except (DBAPIError, sqlite3.IntegrityError):
            return None

        async def put_back():
            back = f"UPDATE {self.table} SET {self.column} = :was WHERE "
            if access.store.database.is_postgresql:
                await access.sql(f"{back} id = :id", was=was, id=row_id)
            else:
                self._rows(access, f"{back} rowid = :row", was=was, row=found[0][0])

        return put_back

    @staticmethod
    def _rows(access, statement, **values):
        with closing(sqlite3.connect(access.store.database.file, timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()


class Victim(NamedTuple):
    """An identity of which one row was damaged, and what puts that back."""

    name: str
    key: KeyText
    subject: str
    damage: Damage
    put_back: Callable[[], Awaitable[None]]


async def victims(access, *tables):
    """For each column and each garbage that the database takes, another one."""
    store, columns = access.store, [column for table in tables for column in table_of(table).columns]
    damages = [(column, garbage) for column in columns for garbage in GARBAGE[type(column.type).__name__]]
    for number, (column, garbage) in enumerate(damages):
        table, name, key, subject = column.table.name, f"Bob {number}", KeyText.new(), ""
        held = await store.identities.add(name, APPROVER, key, by=ROOT, at=access.t0, expires_at=None)
        if table != "wishes":
            subject = (await store.subjects.link(ISSUER, name, name, by=ROOT, at=access.t0, new=False)).id
        else:
            access.ids["Bob"] = held.principal
            await access.second("Bob", name)
        row_of = {"identities": held.principal.id, "api_keys": key.id, "subjects": subject}
        where = f"id = '{row_of[table]}'" if table in row_of else f"identity_id = '{held.principal.id}'"
        damage = Damage(table, column.name, garbage, where)
        put_back = await damage.make(access)
        if put_back is not None:
            yield Victim(name, key, subject, damage, put_back)


async def test_a_row_that_cannot_be_read_holds_up_no_revocation(access):
    """Nor a list, a key, a log-in or a wish of others; whatever is written into any column of any of these rows."""
    store, ann = access.store, access.ids["Ann"].id
    damaged = [each async for each in victims(access, IdentityRow, ApiKeyRow, SubjectRow, WishRow)]
    assert len(damaged) > (50 if store.database.is_sqlite else 5)
    assert "Ann" in {each.principal.name for each in (await store.identities.keys(PageRequest(MOST))).items}
    assert "Ann" in {each.name for each in (await store.subjects.page(PageRequest(MOST))).items}
    assert "Ann" in await store.identities.with_role([Role.ADMIN])
    other = await store.identities.add_key(ann, KeyText.new(), by=ROOT, at=access.t0, expires_at=None)
    assert (await store.identities.revoke(other.id, ROOT, access.t0)).revoked_at == access.t0
    assert (await access.holder(access.ann)).principal.id == (await access.log_in("s-Ann")).id == ann
    for victim in damaged:
        await access.second("Ann", victim.name)
        assert await access.second("Ann", victim.name) is None
    assert (await store.audit.verify()).broken


async def test_what_is_revoked_or_barred_while_its_row_cannot_be_read_stays_so(access):
    """Else a writer of the database would make it unreadable until that has failed, and then put it back."""
    store, taken = access.store, 0
    async for name, key, subject, damage, put_back in victims(access, IdentityRow, ApiKeyRow, SubjectRow):
        taken += 1
        if (damage.table, damage.column) != ("api_keys", "id"):
            assert (await store.identities.revoke(key.id, ROOT, access.t0)).id == key.id, damage
        if (damage.table, damage.column) != ("subjects", "id"):
            assert (await store.subjects.bar(subject, ROOT, access.t0)).id == subject, damage
        await put_back()
        if (damage.table, damage.column) != ("api_keys", "id"):
            assert await opens_nothing(access.holder(key)), damage
        if (damage.table, damage.column) != ("subjects", "id"):
            assert await opens_nothing(access.log_in(name, name)), damage
    assert taken > 40 if store.database.is_sqlite else taken > 3


async def test_a_key_that_is_revoked_while_its_row_is_deleted_stays_so(access):
    """Put back as it was, it opens nothing; an id that no event has is no key's."""
    store, ids = access.store, {"id": access.bob.id}
    async with store.database.read() as session:
        before = (await session.execute(text("SELECT * FROM api_keys WHERE id = :id"), ids)).one()
    await access.sql("DELETE FROM api_keys WHERE id = :id", **ids)
    assert (await store.identities.revoke(access.bob.id, ROOT, access.t0)).principal.name == "Bob"
    assert await access.holder(access.bob) is None
    assert (await store.audit.verify()).broken == ()
    await access.sql("DELETE FROM api_keys WHERE id = :id", **ids)
    names = ", ".join(f":{name}" for name in before._fields)
    await access.sql(f"INSERT INTO api_keys VALUES ({names})", **before._asdict())
    assert await opens_nothing(access.holder(access.bob))
    with pytest.raises(UnknownKey):
        await store.identities.revoke(KeyText.new().id, ROOT, access.t0)


async def opens_nothing(trying):
    """Whether it is refused."""
    try:
        return await trying is None
    except (IdentityAltered, SubjectBarred):
        return True


async def test_a_line_of_the_trail_that_cannot_be_read_holds_up_its_own_row_only(access):
    """Forged statements about Bob's key, at a time that is none, with bytes for text: Ann's keys are revoked still."""
    store, ann = access.store, access.ids["Ann"].id
    names = [column.name for column in table_of(TrailRow).columns]
    last = "site_id = '' AND number = (SELECT max(number) FROM trail WHERE site_id = '')"
    if store.database.is_sqlite:
        await access.sql(f"UPDATE trail SET code = {BYTES} WHERE about = :bob", bob=access.ids["Bob"].id)
    for garbage in [{"at": FAR}] if store.database.is_postgresql else [{"at": FAR}, {"who": BYTES}]:
        forged = {"number": "number + 1", "about": f"'{access.bob.id}'", **garbage}
        values = ", ".join(forged.get(name, name) for name in names)
        await access.sql(f"INSERT INTO trail ({', '.join(names)}) SELECT {values} FROM trail WHERE {last}")
        other = await store.identities.add_key(ann, KeyText.new(), by=ROOT, at=access.t0, expires_at=None)
        await store.identities.revoke(other.id, ROOT, access.t0)
        assert await access.holder(access.ann)
        assert await opens_nothing(access.holder(access.bob))
        assert any("service" in str(each) for each in (await store.audit.verify()).broken)
