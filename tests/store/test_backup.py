import asyncio
import hashlib
import resource
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url

from rotation.values import SiteId
from store.backup import BackupExists, BackupFailed, back_up
from store.database.migration import DatabaseOfAnotherRelease, configuration, migration_engine
from store.settings import StoreSettings
from store.store import Store

RESTRICTED = """
import resource, sys
from pathlib import Path
from store.backup import BackupFailed, back_up
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
try:
    back_up(Path(sys.argv[2]), Path("none"), Path(sys.argv[3]))
except BackupFailed as failed:
    print(failed)
"""


@pytest.fixture
def folder(tmp_path):
    """Where the backup goes."""
    return tmp_path / "backup"


@pytest.fixture
async def filled(tmp_path, make):
    """A SQLite store with a site."""
    store = await Store.open(StoreSettings(folder=tmp_path / "live"))
    await store.sites.add(make.site(), make.connection(), make.t0)
    yield store
    await store.close()


def revised(path, revision):
    """A database of another release, as its service left it."""
    engine = migration_engine(make_url(f"sqlite:///{path}"))
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "sites" if revision == "older" else "head")
        if revision == "newer":
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            connection.exec_driver_sql("CREATE TABLE of_the_future (secret BLOB)")
    engine.dispose()


def revision_of(path):
    """The revision of a database, read without changing it."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def digest(path):
    """What a file holds."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_backup_opens_as_a_store(filled, folder, make, tmp_path):
    """Taken while others write, the copy opens with its key and holds every secret."""
    key = tmp_path / "live" / "rotator.key"
    writes = [filled.site_changes.set_limits("site-1", make.site().limits, make.act()) for _ in range(20)]
    backup, *_ = await asyncio.gather(asyncio.to_thread(back_up, filled.database.file, key, folder), *writes)
    assert sorted(path.name for path in folder.iterdir()) == ["rotator.db", "rotator.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert backup.key == folder / "rotator.key"
    copy = await Store.open(StoreSettings(folder=folder))
    assert (await copy.sites.connection(SiteId("site-1"))).password == make.connection().password
    await copy.close()


async def test_a_backup_is_never_written_over(filled, folder):
    """A second backup into the same folder is refused, and the first stays."""
    none = folder / "no key file"
    back_up(filled.database.file, none, folder)
    first = (folder / "rotator.db").read_bytes()
    with pytest.raises(BackupExists):
        back_up(filled.database.file, none, folder)
    assert (folder / "rotator.db").read_bytes() == first
    assert [path.name for path in folder.iterdir()] == ["rotator.db"]


async def test_keys_kept_elsewhere_are_named(filled, folder, tmp_path):
    """A key that seals something and is not in the key file is named by its id."""
    assert len(back_up(filled.database.file, tmp_path / "none", folder).keys_elsewhere) == 1


@pytest.mark.parametrize("revision", ["older", "head", "newer"])
def test_the_original_is_only_read(tmp_path, folder, revision):
    """A database of any release is copied with its revision, and is byte for byte the same afterwards."""
    live = tmp_path / "live" / "rotator.db"
    live.parent.mkdir()
    revised(live, revision)
    before = revision_of(live), digest(live)
    back_up(live, live.parent / "rotator.key", folder)
    assert (revision_of(live), digest(live)) == before
    assert revision_of(folder / "rotator.db") == before[0]
    assert not (live.parent / "rotator.key").exists(), "a key was made"


@pytest.mark.parametrize("left", ["-wal -shm", "-wal"])
def test_what_a_killed_service_has_left_is_copied_and_stays(tmp_path, folder, left):
    """What is still in the write-ahead log is in the copy; the original is byte for byte the same, its log too."""
    live = tmp_path / "live" / "rotator.db"
    live.parent.mkdir()
    with closing(sqlite3.connect(tmp_path / "rotator.db", isolation_level=None)) as service:
        service.execute("PRAGMA journal_mode = WAL")
        service.execute("CREATE TABLE kept (what TEXT)")
        service.execute("INSERT INTO kept VALUES ('a certificate')")
        for name in ("", *left.split()):
            (tmp_path / f"live/rotator.db{name}").write_bytes((tmp_path / f"rotator.db{name}").read_bytes())
    before = digest(live), digest(live.parent / "rotator.db-wal")
    back_up(live, live.parent / "rotator.key", folder)
    assert (digest(live), digest(live.parent / "rotator.db-wal")) == before
    with closing(sqlite3.connect(folder / "rotator.db")) as copy:
        assert copy.execute("SELECT what FROM kept").fetchall() == [("a certificate",)]


def test_a_file_that_is_no_database_is_named(tmp_path, folder):
    """What cannot be copied is named with its reason, in plain words, and no part of a copy stays."""
    wrong = tmp_path / "rotator.db"
    wrong.write_text("no database at all, and long enough to be looked into" * 20)
    for source, reason in ((wrong, "not a database"), (tmp_path / "gone.db", "there is no")):
        with pytest.raises(BackupFailed, match=reason) as failed:
            back_up(source, tmp_path / "none", folder)
        assert str(source) in str(failed.value)
    assert list(folder.iterdir()) == []


def test_a_locked_database_is_waited_for_and_then_named(tmp_path, folder, monkeypatch):
    """A database that another process keeps locked is not copied, and is named as locked."""
    monkeypatch.setattr("store.backup.BUSY_SECONDS", 0.1)
    live = tmp_path / "rotator.db"
    revised(live, "head")
    with closing(sqlite3.connect(live, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BackupFailed, match="locked"):
            back_up(live, tmp_path / "none", folder)
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path, folder):
    """Where the copy finds no room, the error gives the reason, no half of it stays, and the original is as it was."""
    live = tmp_path / "rotator.db"
    revised(live, "head")
    before = digest(live)
    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert soft == resource.RLIM_INFINITY
    output = subprocess.run(
        [sys.executable, "-c", RESTRICTED, str(live.stat().st_size // 2), str(live), str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert f"{live} cannot be copied into {folder}" in output
    assert "nothing was left there" in output
    assert list(folder.iterdir()) == []
    assert digest(live) == before


def test_all_copies_have_their_names_or_none(tmp_path, folder):
    """The database of Temporal that was copied first is not left alone where the store cannot be copied."""
    temporal = tmp_path / "temporal.db"
    with closing(sqlite3.connect(temporal)) as database:
        database.execute("CREATE TABLE executions (id)")
    with pytest.raises(BackupFailed):
        back_up(tmp_path / "rotator.db", tmp_path / "none", folder, before=[temporal])
    assert list(folder.iterdir()) == []
    revised(tmp_path / "rotator.db", "head")
    made = back_up(tmp_path / "rotator.db", tmp_path / "none", folder, before=[temporal])
    assert [path.name for path in made.files] == ["temporal.db", "rotator.db"]


async def test_a_database_of_a_newer_release_is_not_opened(tmp_path):
    """An administrator who restores a copy that a newer release made gets an error, and its revision stays."""
    revised(tmp_path / "rotator.db", "newer")
    with pytest.raises(DatabaseOfAnotherRelease, match="install that release"):
        await Store.open(StoreSettings(folder=tmp_path))
    assert revision_of(tmp_path / "rotator.db") == "9999"
