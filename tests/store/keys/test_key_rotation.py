"""A new key for everything: what is made, what goes on, what is refused."""

import base64
import errno
import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from rotation.values import CertificateId, SiteId
from store.backup import back_up
from store.keys.key_encryption import KeySettingsWrong, LocalKey, VaultKeyMissing, VaultKeyWrong
from store.keys.key_file import KeyFileInUse, changing, put_key_first, read_keys
from store.keys.key_rotation import KeyInUse, known_keys, retire, rotate
from store.keys.rewrapping import rewrap_all
from store.keys.sealed import SEALED, SITE_PASSWORD
from store.schema.base import Base
from store.settings import StoreSettings
from store.site.access import SiteConnection
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL, Author
from store.trail.start_notes import note_start

SITE = SiteId("site-1")
SQLITE_ALONE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""PostgreSQL has tools of its own for copies."""


def quiet(_done):
    """Hears how far it is."""


def settle(settings):
    """As if the keys had not changed for an hour."""
    since = settings.key_path.stat().st_mtime - 3600
    os.utime(settings.key_path, (since, since))


async def password(store):
    """What the site's password opens to."""
    return (await store.sites.connection(SITE)).password.get_secret_value()


async def held(store):
    """Each key's id, whether it seals, and how many values it seals."""
    return [(key.id, key.seals, key.values) for key in await known_keys(store)]


@pytest.fixture
async def filled(site, make):
    """A store with a password and a key."""
    await site.certificates.add(make.facts(), "PEM", "", b"private key", make.t0)
    return site


def test_every_sealed_column_is_known():
    """A column that is named as sealed is among those that get a new key."""
    named = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.c}
    assert {(each.table.name, each.name) for each in SEALED} == {
        (table, column) for table, column in named if column.endswith("_sealed")
    }


async def test_changes_of_keys_are_on_the_trail(filled, settings):
    """A new key before anything gets it, what got it, and keys that are taken out: each with who and from where."""
    ann = Author(who="the local operator ann", address="one")
    done = await rotate(filled, quiet, ann)
    settle(settings)
    (moved,) = await retire(filled, author=ann)
    made, rewrapped, retired = await filled.trail.list(SERVICE_TRAIL)
    assert [made.kind, rewrapped.kind, retired.kind] == [
        "encryption-key-made",
        "values-rewrapped",
        "encryption-keys-retired",
    ]
    assert {(each.who, each.address) for each in (made, rewrapped, retired)} == {(ann.who, "one")}
    assert (made.data["key"], rewrapped.data["values"]) == (done.key_id, done.done.values)
    assert (retired.data["files"], retired.data["known"]) == (str(moved), done.key_id)
    await note_start(filled.database, filled.vault.keys, filled.trail, host="one")
    assert len(await filled.trail.list(SERVICE_TRAIL)) == 3, "the start on that host finds what it knows"


async def test_everything_gets_the_new_key(filled, settings):
    """Both kinds of secrets open under the new key alone, and the old one is shown as idle."""
    (old,) = [key.id for key in await known_keys(filled)]
    done = await rotate(filled, quiet)
    assert (done.made, done.done.values, done.done.broken) == (True, 3, ())
    assert await held(filled) == [(done.key_id, True, 3), (old, False, 0)]
    settle(settings)
    (moved,) = await retire(filled)
    assert moved.name == f"rotator.key.{old}"
    await filled.close()
    again = await Store.open(settings)
    assert await password(again) == "s3cret-pass"
    key = (await again.certificates.material(CertificateId("cert-1"))).key_pem
    assert key is not None
    assert key.get_secret_value() == b"private key"
    await again.close()


async def test_a_second_rotation_makes_a_second_key(filled):
    """Each call that finds nothing left to do makes a key; all older ones stay known."""
    keys = [(await rotate(filled, quiet)).key_id for _ in range(2)]
    assert len({*keys}) == 2
    assert [key for key, _, _ in await held(filled)][:2] == [*reversed(keys)]


async def test_a_rotation_that_was_cut_short_goes_on(filled, settings):
    """Values under another key than the first are finished before any other key is made."""
    put_key_first(settings.key_path)
    new = LocalKey(read_keys(settings.key_path)[0]).id
    done = await rotate(filled, quiet)
    assert (done.made, done.key_id, done.done.values) == (False, new, 3)


async def test_what_is_written_meanwhile_is_not_lost(filled, make, monkeypatch):
    """A value that another writer replaces between reading and writing stays, and gets the key in the next pass."""
    real, meanwhile = filled.vault.rewrap, list[SiteConnection]()

    async def slow(purpose, subject, sealed):
        new = await real(purpose, subject, sealed)
        if purpose == SITE_PASSWORD and not meanwhile:
            meanwhile.append(make.connection("changed"))
            await filled.site_changes.state_access(SITE, meanwhile[0], make.act())
        return new

    monkeypatch.setattr(filled.vault, "rewrap", slow)
    done = await rotate(filled, quiet)
    assert await password(filled) == "changed"
    assert done.done.values == 2


async def test_a_broken_value_stops_nothing(filled):
    """It is named and left as it is; all others get the key, and the next one."""
    async with filled.database.write_rows() as connection:
        await connection.execute(
            text("UPDATE certificates SET key_sealed = (SELECT password_sealed FROM sites WHERE id = :site)"),
            {"site": SITE},
        )
    done = await rotate(filled, quiet)
    assert done.done.broken == ("certificates.key_sealed of cert-1",)
    assert await password(filled) == "s3cret-pass"
    assert (await rewrap_all(filled.database, filled.vault, quiet)).values == 0
    again = await rotate(filled, quiet)
    assert (again.made, again.done.values, again.done.broken) == (True, 2, done.done.broken)


async def test_a_service_that_runs_learns_of_the_key(filled, settings):
    """Another process reads what got the new key, and seals with it, without a restart."""
    service = await Store.open(settings)
    done = await rotate(filled, quiet)
    assert await password(service) == "s3cret-pass"
    sealed = await service.vault.seal("p", "s", b"x")
    assert done.key_id.encode() in sealed
    await service.close()


async def test_keys_in_use_are_not_retired(filled, settings):
    """Neither the one that seals, nor one with values, nor one that sealed a moment ago; the file stays as it is."""
    (only,) = [key.id for key in await known_keys(filled)]
    settle(settings)
    with pytest.raises(KeyInUse, match="seals 3 values"):
        await retire(filled, only)
    put_key_first(settings.key_path)
    settle(settings)
    with pytest.raises(KeyInUse, match="seals 3 values"):
        await retire(filled, only)
    assert await retire(filled) == ()
    await rotate(filled, quiet)
    os.utime(settings.key_path)
    with pytest.raises(KeyInUse, match="again in"):
        await retire(filled, only)
    with pytest.raises(KeySettingsWrong, match="not in"):
        await retire(filled, "of-nobody")
    assert len(read_keys(settings.key_path)) == 2


async def test_one_rotation_at_a_time(filled, settings):
    """While another process changes the keys, neither a rotation nor a retirement begins."""
    with changing(settings.key_path.parent):
        for act in (rotate(filled, quiet), retire(filled)):
            with pytest.raises(KeyFileInUse):
                await act
    assert len(read_keys(settings.key_path)) == 1


async def test_a_key_file_that_cannot_be_changed_is_for_the_operator(filled, settings, monkeypatch):
    """Where the file is mounted for reading only, the message says what to do; done by hand, it is taken."""
    before = settings.key_path.read_text()

    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as mounted:
        mounted.setattr("store.keys.key_file.tempfile.mkstemp", read_only)
        with pytest.raises(KeySettingsWrong, match="put a new first line into it yourself"):
            await rotate(filled, quiet)
    assert settings.key_path.read_text() == before
    settings.key_path.write_text(base64.b64encode(b"n" * 32).decode() + "\n" + before)
    assert (await rotate(filled, quiet)).key_id == LocalKey(b"n" * 32).id


@SQLITE_ALONE
async def test_an_old_backup_opens_with_its_old_key(filled, settings, tmp_path):
    """After a rotation and the old key's end the copy of before still opens, by the key file that it holds."""
    back_up(filled.database.file, settings.key_path, tmp_path / "backup")
    await rotate(filled, quiet)
    settle(settings)
    (retired,) = await retire(filled)
    copy = await Store.open(StoreSettings(folder=tmp_path / "backup"))
    assert await password(copy) == "s3cret-pass"
    await copy.close()
    # its database beside the key of today, as after a careless restore
    careless = StoreSettings(folder=tmp_path / "backup", key_file=settings.key_path)
    with pytest.raises(VaultKeyWrong):
        await Store.open(careless)
    settings.key_path.write_text(settings.key_path.read_text() + retired.read_text())
    copy = await Store.open(careless)
    assert await password(copy) == "s3cret-pass"
    await copy.close()


@SQLITE_ALONE
async def test_a_backup_during_a_rotation_holds_its_keys(filled, settings, tmp_path, monkeypatch):
    """A key that is made while the database is copied is in the copy, too."""
    from store import backup  # noqa: PLC0415 - to stand in its way

    real = backup._copy_database
    times: list[Path] = []

    def meanwhile(source, target, mark):
        real(source, target, mark)
        if not times:
            put_key_first(settings.key_path)
        times.append(target)

    monkeypatch.setattr(backup, "_copy_database", meanwhile)
    made = back_up(filled.database.file, settings.key_path, tmp_path / "backup")
    assert len(times) == 2
    assert made.key is not None
    assert read_keys(made.key) == read_keys(settings.key_path)
    assert made.keys_elsewhere == frozenset()


class TestFromTheEnvironment:
    """Keys by setting."""

    @staticmethod
    def of(settings, *letters):
        """The settings of a service whose environment has these keys."""
        keys = ",".join(base64.b64encode(letter.encode() * 32).decode() for letter in letters)
        return StoreSettings(folder=settings.folder, database_url=settings.database_url, key=SecretStr(keys))

    async def test_a_new_first_key_is_taken(self, settings, make):
        """With the new key before the old one everything is re-wrapped; then the new one is enough."""
        store = await Store.open(self.of(settings, "o"))
        await store.sites.add(make.site(), make.connection(), make.t0)
        with pytest.raises(KeySettingsWrong, match="put a new key before it"):
            await rotate(store, quiet)
        await store.close()
        store = await Store.open(self.of(settings, "n", "o"))
        done = await rotate(store, quiet)
        assert (done.made, done.key_id, done.done.values) == (False, LocalKey(b"n" * 32).id, 2)
        await store.close()
        store = await Store.open(self.of(settings, "n"))
        assert await password(store) == "s3cret-pass"
        await store.close()
        with pytest.raises(VaultKeyWrong):
            await Store.open(self.of(settings, "o"))

    async def test_the_key_file_is_left_behind(self, filled, settings):
        """From the file to the environment: the file still opens until all is re-wrapped, and may then go."""
        await filled.close()
        store = await Store.open(self.of(settings, "n"))
        assert await password(store) == "s3cret-pass"
        await rotate(store, quiet)
        settle(settings)
        (moved,) = await retire(store)
        assert not settings.key_path.exists()
        assert len(read_keys(moved)) == 1
        await store.close()
        with pytest.raises(VaultKeyMissing):
            await Store.open(settings)
        assert not settings.key_path.exists()
