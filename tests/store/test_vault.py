import base64
import sqlite3
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from rotation.values import CertificateId, SiteId
from store.key_file import VaultKeyMalformed
from store.settings import StoreSettings
from store.store import Store
from store.vault import LocalKey, SealBroken, Vault, VaultKeyMissing, VaultKeyWrong

SITE = SiteId("site-1")
VAULT = Vault(LocalKey(b"k" * 32))


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_a_seal_opens_again(secret, purpose, subject):
    """What was sealed comes back, and the sealed bytes differ each time."""
    sealed = VAULT.seal(purpose, subject, secret)
    assert VAULT.open(purpose, subject, sealed) == secret
    assert sealed != VAULT.seal(purpose, subject, secret)


@given(st.data())
def test_no_altered_seal_opens(data):
    """A seal with any bit changed, or cut anywhere, is refused."""
    sealed = bytearray(VAULT.seal("p", "s", b"secret"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    cut = bytes(sealed[:place])
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    for broken in (bytes(sealed), cut):
        with pytest.raises((SealBroken, VaultKeyWrong)):
            VAULT.open("p", "s", broken)


@pytest.mark.parametrize(
    ("purpose", "subject"), [("password", "b"), ("key", "a"), ("passworda", ""), ("", "passworda")]
)
def test_a_seal_is_bound_to_its_row(purpose, subject):
    """A seal moved to another row or purpose does not open there."""
    sealed = VAULT.seal("password", "a", b"secret")
    with pytest.raises(SealBroken):
        VAULT.open(purpose, subject, sealed)


def test_another_key_is_named():
    """A seal of another key is told from a broken one."""
    with pytest.raises(VaultKeyWrong):
        Vault(LocalKey(b"o" * 32)).open("p", "s", VAULT.seal("p", "s", b"secret"))


@pytest.mark.usefixtures("store")
async def test_the_first_start_makes_a_private_key_file(settings):
    """The key file is made with the database, for its owner only."""
    assert stat.S_IMODE(settings.key_path.stat().st_mode) == 0o600
    assert len(base64.b64decode(settings.key_path.read_text())) == 32
    assert [path.name for path in settings.folder.iterdir() if path.name.startswith(".")] == []


async def test_a_missing_key_beside_secrets_stops_the_start(site, settings):
    """When the key file is gone the store does not open, and makes no new key."""
    await site.close()
    settings.key_path.unlink()
    with pytest.raises(VaultKeyMissing):
        await Store.open(settings)
    assert not settings.key_path.exists()


async def test_a_wrong_key_beside_secrets_stops_the_start(site, settings):
    """With another key the store does not open, and leaves the file as it is."""
    await site.close()
    other = base64.b64encode(b"o" * 32).decode()
    settings.key_path.write_text(other)
    with pytest.raises(VaultKeyWrong):
        await Store.open(settings)
    assert settings.key_path.read_text() == other


async def test_a_lost_key_of_an_empty_store_is_made_anew(store, settings):
    """While nothing was ever sealed a lost key costs nothing."""
    await store.close()
    settings.key_path.unlink()
    again = await Store.open(settings)
    await again.close()
    assert settings.key_path.exists()


async def test_a_damaged_key_file_is_said_and_kept(store, settings):
    """A key file that is no key is an error, whose message does not show its content."""
    await store.close()
    settings.key_path.write_text("not-a-key")
    with pytest.raises(VaultKeyMalformed) as caught:
        await Store.open(settings)
    assert "not-a-key" not in str(caught.value)
    assert settings.key_path.read_text() == "not-a-key"


async def test_a_key_by_setting_needs_no_file(settings, make):
    """The key by setting goes before the file, and no file is made; it opens what it sealed."""
    key = SecretStr(base64.b64encode(b"x" * 32).decode())
    given_key = StoreSettings(folder=settings.folder, database_url=settings.database_url, key=key)
    for first in (True, False):
        store = await Store.open(given_key)
        if first:
            await store.sites.add(make.site(), make.connection("pa55"), make.t0)
        assert (await store.sites.connection(SITE)).password.get_secret_value() == "pa55"
        await store.close()
    assert not settings.key_path.exists()


async def test_no_secret_lies_in_the_clear(tmp_path, make):
    """Neither the password nor the key is in any file of the database."""
    store = await Store.open(StoreSettings(folder=tmp_path))
    await store.sites.add(make.site(), make.connection("pa55-in-clear"), make.t0)
    await store.certificates.add(make.facts(), "PEM", "", b"private-key-in-clear", make.t0)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("rotator.db"))
    shown = repr(await store.sites.connection(SITE)) + repr(await store.certificates.material(CertificateId("cert-1")))
    await store.close()
    assert b"Vienna" in on_disk
    assert b"in-clear" not in on_disk
    assert "in-clear" not in shown


def test_settings_come_from_the_environment(tmp_path, monkeypatch):
    """ROTATOR_... variables are read, and nothing secret is in their repr."""
    monkeypatch.setenv("ROTATOR_FOLDER", str(tmp_path))
    monkeypatch.setenv("ROTATOR_KEY", "hidden-key")
    assert StoreSettings().key_path == tmp_path / "rotator.key"
    assert StoreSettings().url == f"sqlite+aiosqlite:///{tmp_path / 'rotator.db'}"
    monkeypatch.setenv("ROTATOR_DATABASE_URL", "postgresql://u:hidden-word@h/d")
    assert StoreSettings().url == "postgresql://u:hidden-word@h/d"
    assert "hidden" not in repr(StoreSettings())


async def test_a_row_of_another_site_gives_no_password(tmp_path, make):
    """A sealed password copied into another site's row does not open there."""
    store = await Store.open(StoreSettings(folder=tmp_path))
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.sites.add(make.site("site-2", "Graz"), make.connection(), make.t0)
    with sqlite3.connect(store.database.file) as raw:
        raw.execute("UPDATE sites SET password_sealed = (SELECT password_sealed FROM sites WHERE id = 'site-1')")
    raw.close()
    with pytest.raises(SealBroken):
        await store.sites.connection(SiteId("site-2"))
    await store.close()
