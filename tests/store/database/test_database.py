import asyncio
from datetime import datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text

from rotation.values import RotationId, SiteId
from store.database.database import Database, DatabaseNotSupported
from store.database.migration import apply, configuration, migration_engine
from store.rotation.events import NewEvent
from store.schema.columns import Document, Instant, NaiveInstantError, from_microseconds, to_microseconds
from store.schema.tables import Base
from store.store import Store


async def test_the_revisions_make_the_tables(store):
    """What Alembic applies is what the tables declare: a change of one without the other is seen here."""
    engine = migration_engine(store.database.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _compare_type})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


@pytest.fixture
def older(tmp_path):
    """A database without the tables of rotations, with a site and a client's server."""
    engine = migration_engine(make_url(f"sqlite:///{tmp_path / 'old.db'}"))
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "sites")
        connection.execute(text("INSERT INTO sites VALUES ('s', 'S', '{}', 'u', 'a', x'00', '', NULL, 0, '', '')"))
        names = "site_id, id, name, group_id, online, non_persistent, present, reading, read_at, first_seen_at"
        names += ", longest_silence, shared, network, system"
        values = "'s', 'c', 'C', 'g', 1, 0, 1, 'r', 5, 5, 0, 0, 'unknown', ''"
        connection.execute(text(f"INSERT INTO clients ({names}) VALUES ({values})"))
        connection.execute(text("INSERT INTO client_servers VALUES ('s', 'c', 'sepm1', 5)"))
    yield engine
    engine.dispose()


def test_what_an_older_version_wrote_is_kept(older):
    """Tables that a newer revision adds come beside the rows that are there."""
    apply(older)
    with older.connect() as connection:
        assert connection.execute(text("SELECT id FROM rotations")).all() == []
        assert connection.execute(text("SELECT server FROM client_servers")).scalars().all() == ["sepm1"]


def test_events_that_are_there_get_their_places(tmp_path):
    """By their times, over all rotations: what the release before had written can be listed, and goes on."""
    engine = migration_engine(make_url(f"sqlite:///{tmp_path / 'old.db'}"))
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "notices")
        connection.execute(text("INSERT INTO sites VALUES ('s', 'S', '{}', 'u', 'a', x'00', '', NULL, 0, '', '')"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for rotation, number, at in (("a", 1, 10), ("a", 2, 30), ("b", 1, 20)):
            names = "rotation_id, number, site_id, at, kind, message, data, key, previous, hash, code"
            values = f"'{rotation}', {number}, 's', {at}, 'k', 'm', '{{}}', 'k{number}', '', '', ''"
            connection.execute(text(f"INSERT INTO events ({names}) VALUES ({values})"))
        command.upgrade(config, "head")
        found = connection.execute(text("SELECT rotation_id, number FROM events ORDER BY position")).all()
        connection.execute(text("DELETE FROM events"))
    engine.dispose()
    assert [tuple(each) for each in found] == [("a", 1), ("b", 1), ("a", 2)]


def test_no_revision_is_taken_back(older):
    """A downgrade would delete what every proof rests on: it is refused, and nothing is changed."""
    config = configuration()
    with older.begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(NotImplementedError):
            command.downgrade(config, "certificates")
    with older.connect() as connection:
        assert connection.execute(text("SELECT server FROM client_servers")).scalars().all() == ["sepm1"]


def _compare_type(_context, _inspected, _column, inspected_type, declared_type):
    if isinstance(declared_type, Instant | Document):
        return not isinstance(inspected_type, type(declared_type.impl_instance))
    return None


async def test_sqlite_is_set_up_to_lose_nothing(tmp_path):
    """WAL, synchronous FULL, foreign keys and a busy timeout of 30 s hold on every connection."""
    database = await Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    async with database.read() as session:
        found = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await database.close()
    assert found == ["wal", 2, 1, 30_000]


async def test_a_failed_write_leaves_nothing(site):
    """A block that raises is taken back as a whole."""

    async def fail():
        async with site.database.write() as session:
            await session.execute(text("INSERT INTO pinned_fingerprints VALUES ('site-1', 'half')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert "half" not in (await site.sites.connection("site-1")).fingerprints


async def test_a_cancelled_write_leaves_no_lock(store):
    """Wherever a write is cut off, the next one goes ahead, while a caller still holds the cancellation to log it."""
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) SELECT max(x) FROM n"
    begun = asyncio.Event()
    held: list[BaseException | None] = []

    async def write(statement: str) -> None:
        async with store.database.write_rows() as connection:
            await connection.execute(text("UPDATE sites SET name = name"))
            begun.set()
            await connection.execute(text(statement))

    for turns in range(30):
        begun.clear()
        cut_off = asyncio.create_task(write(slow))
        await begun.wait()
        for _ in range(turns % 15):
            await asyncio.sleep(0)
        cut_off.cancel()
        held += await asyncio.gather(cut_off, return_exceptions=True)
        async with asyncio.timeout(10):
            await write("SELECT 1")
    assert any(isinstance(each, asyncio.CancelledError) for each in held)


async def test_many_writers_wait_for_each_other(running, make):
    """Writers of two connections to one database all come through, and none sees a lock error."""
    url = running.database.url.render_as_string(hide_password=False)
    other = await Database.open(url)
    second = Store(other, running.vault)
    appends = [
        which.events.append(
            RotationId("rot-1"),
            SiteId("site-1"),
            NewEvent(at=make.t0, kind="k", message="m", data={}, key=f"{name}-{number}"),
        )
        for number in range(20)
        for name, which in (("a", running), ("b", second))
    ]
    await asyncio.gather(*appends)
    await other.close()
    assert (await running.events.verify_chain("rot-1")).number == 40


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
async def test_other_databases_are_refused(url):
    """A database that we do not know, or that forgets, is refused at once."""
    with pytest.raises(DatabaseNotSupported):
        await Database.open(url)


def test_an_instant_keeps_its_microsecond():
    """An instant comes back exactly, in UTC; one without a time zone is refused."""
    at = datetime(2026, 3, 1, 9, 0, 0, 123_457, tzinfo=timezone(timedelta(hours=1)))
    back = from_microseconds(to_microseconds(at))
    assert (back, back.utcoffset()) == (at, timedelta(0))
    with pytest.raises(NaiveInstantError):
        to_microseconds(at.replace(tzinfo=None))


async def test_a_naive_datetime_is_not_stored(store, make):
    """A repository refuses a time without a zone, under the error's own name."""
    with pytest.raises(NaiveInstantError):
        await store.sites.add(make.site(), make.connection(), make.t0.replace(tzinfo=None))
    assert await store.sites.list() == ()
