"""`rotator backup` on the trail of the service: who made it, where it lies, and what is left alone."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from cli.main import app
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL

pytestmark = pytest.mark.usefixtures("restored_process")


@pytest.fixture
def folder(tmp_path):
    """The folder of a service, which has its first keys."""
    assert asked(tmp_path / "var") == ()
    return tmp_path / "var"


def backed_up(folder, target):
    """What the command says on standard error."""
    done = CliRunner().invoke(app, ["backup", str(target), "--folder", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stderr


def test_a_backup_is_on_the_trail(folder, tmp_path):
    """The local operator made it, in that folder; the copy itself was taken before that."""
    assert backed_up(folder, tmp_path / "copy") == ""
    (event,) = asked(folder)
    assert event.kind == "backup-made"
    assert event.who.startswith("the local operator ")
    assert event.data["folder"] == str(tmp_path / "copy")
    assert event.data["files"] == "rotator.key, rotator.db"
    assert asked(tmp_path / "copy") == ()


def test_what_cannot_be_noted_is_reported(folder, tmp_path):
    """A database of another release is not brought up to date for it, and no key is made."""
    with closing(sqlite3.connect(folder / "rotator.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'sites'")
    assert "another release" in backed_up(folder, tmp_path / "older")
    with closing(sqlite3.connect(folder / "rotator.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("sites",)
    (folder / "rotator.key").unlink()
    assert "its keys are not here" in backed_up(folder, tmp_path / "keyless")
    assert not (folder / "rotator.key").exists()


def asked(folder):
    """The trail of the service of that folder."""

    async def read():
        store = await Store.open(StoreSettings(folder=folder))
        try:
            await store.trail.ready()
            return await store.trail.list(SERVICE_TRAIL)
        finally:
            await store.close()

    return asyncio.run(read())
