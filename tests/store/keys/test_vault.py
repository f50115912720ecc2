import base64
import sqlite3
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text

from rotation.values import CertificateId, SiteId
from store.keys.envelope import about, unpack
from store.keys.key_encryption import LocalKey, SealBroken, VaultKeyMissing, VaultKeyWrong
from store.keys.key_file import VaultKeyMalformed
from store.keys.key_ring import KeyRing
from store.keys.key_sources import GivenKeys
from store.keys.vault import Vault
from store.settings import StoreSettings
from store.site.fingerprints import AccessAltered
from store.store import Store

SITE = SiteId("site-1")
FIRST_FORM = (
    "0110003c393862316433626631396263313231319e1e931ec1f22ff623f3e3bccd56fce3d13759862d596eb6656af1ff4045"
    "0d2e9abddb08aff5b2baf303d8bf24121d6bedcee83aeb1141e7fa3d1ae14128970b24424e2a90e0967e2e66bc445768795b"
    "482c21b77c56f01998fb50259d17c9624da42e9bfbf7847e37b57cd370"
)
"""A value that the first release has sealed under the key `k`, for purpose p and subject s."""


def vault(*keys):
    """A vault of some keys, each a letter; the first seals."""
    return Vault(KeyRing(GivenKeys([LocalKey(letter.encode() * 32) for letter in keys], "the test")))


VAULT = vault("k")


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
async def test_a_seal_opens_again(secret, purpose, subject):
    """What was sealed comes back, and the sealed bytes differ each time."""
    sealed = await VAULT.seal(purpose, subject, secret)
    assert await VAULT.open(purpose, subject, sealed) == secret
    assert sealed != await VAULT.seal(purpose, subject, secret)


@given(st.data())
async def test_no_altered_seal_opens(data):
    """A seal with any bit changed, or cut anywhere, is refused; one that got another wrapping, too."""
    sealed = bytearray(await VAULT.seal("p", "s", b"secret"))
    if data.draw(st.booleans()):
        sealed = bytearray(await vault("n", "k").rewrap("p", "s", bytes(sealed)))
    place = data.draw(st.integers(0, len(sealed) - 1))
    cut = bytes(sealed[:place])
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    for broken in (bytes(sealed), cut):
        with pytest.raises((SealBroken, VaultKeyWrong)):
            await vault("k", "n").open("p", "s", broken)
        with pytest.raises((SealBroken, VaultKeyWrong)):
            await vault("k", "n").rewrap("p", "s", broken)


@pytest.mark.parametrize(
    ("purpose", "subject"), [("password", "b"), ("key", "a"), ("passworda", ""), ("", "passworda")]
)
async def test_a_seal_is_bound_to_its_row(purpose, subject):
    """A seal moved to another row or purpose does not open there, and gets no new wrapping for it."""
    sealed = await VAULT.seal("password", "a", b"secret")
    for act in (VAULT.open, VAULT.rewrap):
        with pytest.raises(SealBroken):
            await act(purpose, subject, sealed)


async def test_another_key_is_named():
    """A seal of another key has another error than a broken one."""
    sealed = await VAULT.seal("p", "s", b"secret")
    with pytest.raises(VaultKeyWrong):
        await vault("o").open("p", "s", sealed)


async def test_any_known_key_opens_and_the_first_seals():
    """With two keys at hand either opens what it sealed; what is sealed then needs the first one only."""
    both = vault("n", "k")
    assert await both.open("p", "s", await VAULT.seal("p", "s", b"old")) == b"old"
    assert await vault("n").open("p", "s", await both.seal("p", "s", b"new")) == b"new"


async def test_a_new_wrapping_leaves_the_secrets_encryption_as_it_is():
    """Re-wrapped, a value needs the new key only, and ends with the very bytes that it ended with."""
    sealed = await VAULT.seal("p", "s", b"secret")
    again = await vault("n", "k").rewrap("p", "s", sealed)
    assert await vault("n").open("p", "s", again) == b"secret"
    body = len(b"secret") + 12 + 16
    assert again[-body:] == sealed[-body:]
    with pytest.raises(VaultKeyWrong):
        await VAULT.open("p", "s", again)


async def test_the_secrets_own_encryption_knows_its_row():
    """A value whose key is wrapped for another row, by a holder of the vault's key, does not open there."""
    envelope, key = unpack(await VAULT.seal("p", "a", b"secret")), VAULT.keys.sealing()
    data_key = await key.unwrap(envelope.wrapped, about("p", "a"))
    moved = envelope._replace(wrapped=await key.wrap(data_key, about("p", "b"))).pack()
    with pytest.raises(SealBroken):
        await VAULT.open("p", "b", moved)


async def test_values_of_the_first_form_open_and_are_resealed():
    """A value that an earlier release has sealed opens, and comes under the new key in the form of today."""
    old = bytes.fromhex(FIRST_FORM)
    assert await VAULT.open("p", "s", old) == b"of an earlier release"
    again = await vault("n", "k").rewrap("p", "s", old)
    assert (old[0], again[0]) == (1, 2)
    assert await vault("n").open("p", "s", again) == b"of an earlier release"


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


async def test_a_broken_value_stops_no_start(site, settings):
    """A damaged row does not open, and all others do."""
    async with site.database.write_rows() as connection:
        await connection.execute(text("UPDATE sites SET password_sealed = :cut"), {"cut": b"\x02\x10"})
    await site.close()
    again = await Store.open(settings)
    with pytest.raises(AccessAltered):
        await again.sites.connection(SITE)
    await again.close()


async def test_a_wrong_key_beside_secrets_stops_the_start(site, settings):
    """With another key the store does not open, and leaves the file as it is."""
    await site.close()
    other = base64.b64encode(b"o" * 32).decode()
    settings.key_path.write_text(other)
    with pytest.raises(VaultKeyWrong):
        await Store.open(settings)
    assert settings.key_path.read_text() == other


async def test_a_lost_key_of_an_empty_store_is_replaced(store, settings):
    """While nothing was ever sealed a lost key costs nothing."""
    await store.close()
    settings.key_path.unlink()
    again = await Store.open(settings)
    await again.close()
    assert settings.key_path.exists()


async def test_a_damaged_key_file_stops_the_start(store, settings):
    """A key file without a key is an error, whose message does not show its content; the file stays."""
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
    with pytest.raises(AccessAltered):
        await store.sites.connection(SiteId("site-2"))
    await store.close()
