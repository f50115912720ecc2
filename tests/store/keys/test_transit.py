"""Keys that never leave their server, on a real OpenBao."""

import os
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from engine.process.ports import choose_ports
from rotation.values import SiteId
from store.keys.key_encryption import KeySettingsWrong, SealBroken, VaultKeyMissing, VaultKeyWrong
from store.keys.key_rotation import known_keys, retire, rotate
from store.keys.transit import KeyServerDown, KeyServerRefused, TransitKey
from store.keys.transit_settings import TransitSettings
from store.settings import StoreSettings
from store.store import Store
from tests.store.key_server import KeyServer

SITE = SiteId("site-1")
DATA_KEY = b"d" * 32


@pytest.fixture(scope="session")
async def server(tmp_path_factory):
    """A key server that the tests of this file share."""
    async with KeyServer.running(tmp_path_factory.mktemp("bao")) as running:
        yield running


@asynccontextmanager
async def key_of(settings):
    """A key by its settings."""
    key = TransitKey(settings)
    try:
        yield key
    finally:
        await key.close()


def quiet(_done):
    """Hears how far it is."""


def of(settings, transit):
    """The settings of a store whose keys lie with a server."""
    return StoreSettings(folder=settings.folder, database_url=settings.database_url, transit=transit)


async def password(store):
    """What the site's password opens to."""
    return (await store.sites.connection(SITE)).password.get_secret_value()


async def test_what_it_wraps_it_unwraps(server):
    """With the policy of the documentation; bound to what it belongs to, and to every byte of it."""
    async with key_of(await server.with_key()) as key:
        wrapped = await key.wrap(DATA_KEY, b"row 1")
        assert DATA_KEY not in wrapped.data
        assert wrapped.key_id == await key.newest()
        assert await key.unwrap(wrapped, b"row 1") == DATA_KEY
        for broken, about in ((wrapped, b"row 2"), (wrapped._replace(data=wrapped.data[:-4] + b"AAAA"), b"row 1")):
            with pytest.raises(SealBroken):
                await key.unwrap(broken, about)


async def test_a_new_version_has_another_id_and_the_old_one_opens(server):
    """After `renew` it wraps under the next version; what the former has wrapped is still unwrapped."""
    async with key_of(await server.with_key()) as key:
        old = await key.wrap(DATA_KEY, b"")
        await key.renew()
        new = await key.wrap(DATA_KEY, b"")
        assert (old.key_id[-3:], new.key_id[-3:]) == (":v1", ":v2")
        assert key.has(old.key_id)
        assert key.has(new.key_id)
        assert await key.unwrap(old, b"") == DATA_KEY


async def test_a_key_is_never_made(server):
    """Where the server has no such key, a token that may do everything does not make one either."""
    made = (await server.with_key()).key
    settings = await server.settings("nobody-made-it", token=SecretStr("the-root-token"))
    async with key_of(settings) as key:
        with pytest.raises(VaultKeyMissing, match="nobody-made-it"):
            await key.wrap(DATA_KEY, b"")
    keys = (await server.ask("GET", "transit/keys?list=true"))["data"]["keys"]
    assert made in keys
    assert "nobody-made-it" not in keys


@pytest.mark.parametrize("form", [{"type": "rsa-2048"}, {"type": "aes256-gcm96", "derived": True}])
async def test_a_key_that_does_not_bind_is_refused(server, form):
    """A key whose ciphertexts could be put into another row is no key for us."""
    settings = await server.with_key()
    await server.ask("POST", f"transit/keys/{settings.key}-other", form)
    async with key_of(await server.settings(f"{settings.key}-other")) as key:
        with pytest.raises(KeyServerRefused, match="aes256-gcm96"):
            await key.wrap(DATA_KEY, b"")


async def test_an_outage_differs_from_a_refusal(server):
    """A sealed or silent server is an outage; an unknown token or untrusted certificate is for the operator."""
    settings = await server.with_key()
    async with key_of(settings) as key:
        wrapped = await key.wrap(DATA_KEY, b"")
        async with server.sealed():
            with pytest.raises(KeyServerDown, match="sealed"):
                await key.unwrap(wrapped, b"")
        assert await key.unwrap(wrapped, b"") == DATA_KEY
    (port,) = choose_ports("127.0.0.1", 0)
    for changes, fault in (
        ({"address": f"https://127.0.0.1:{port}"}, KeyServerDown),
        ({"token": SecretStr("of-nobody")}, KeyServerRefused),
        ({"ca": None}, KeyServerRefused),
    ):
        async with key_of(settings.model_copy(update=changes)) as key:
            with pytest.raises(fault) as caught:
                await key.unwrap(wrapped, b"")
            assert "of-nobody" not in str(caught.value)
            assert settings.token.get_secret_value() not in str(caught.value)


async def test_a_token_in_a_file_may_be_renewed(server, tmp_path):
    """The file is read for each request; while it is empty or gone an error says so."""
    file = tmp_path / "token"
    settings = (await server.with_key()).model_copy(update={"token_file": file})
    token = settings.token.get_secret_value()
    async with key_of(settings.model_copy(update={"token": None})) as key:
        with pytest.raises(KeySettingsWrong, match="ROTATOR_VAULT_TOKEN cannot be read"):
            await key.newest()
        file.touch(0o600)
        file.write_text("of-nobody")
        with pytest.raises(KeyServerRefused):
            await key.newest()
        file.write_text(f"{token}\n")
        assert (await key.newest()).endswith(":v1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "http://vault.example:8200"},
        {"address": "vault.example"},
        {"address": "https://user:pass-word@vault.example"},
        {"address": "https://vault.example", "token": None},
        {"address": "https://vault.example", "token_file": "also"},
        {"address": "https://vault.example", "ca": "/no/such/file"},
    ],
)
def test_settings_that_cannot_work_raise(wrong):
    """Clear text to another machine, no address, no or two tokens, no certificate; no secret is repeated."""
    with pytest.raises(KeySettingsWrong) as caught:
        TransitKey(TransitSettings(**{"token": SecretStr("to-ken"), **wrong}))
    assert "to-ken" not in str(caught.value)
    assert "pass-word" not in str(caught.value)


def test_an_agent_on_this_machine_needs_no_tls():
    """Plain http is taken on loopback, where an agent of the server may listen."""
    for host in ("127.0.0.1", "[::1]", "localhost"):
        TransitSettings(address=f"http://{host}:8100", token=SecretStr("t")).checked()


async def test_a_store_whose_keys_lie_with_a_server(server, settings, make):
    """It makes no key file; its secrets open, get the next version, and open after a restart."""
    transit = await server.with_key()
    store = await Store.open(of(settings, transit))
    await store.sites.add(make.site(), make.connection(), make.t0)
    done = await rotate(store, quiet)
    assert (done.made, done.key_id[-3:], done.done.values) == (True, ":v2", 2)
    assert [(key.id[-3:], key.seals, key.values) for key in await known_keys(store)] == [(":v2", True, 2)]
    await store.close()
    store = await Store.open(of(settings, transit))
    assert await password(store) == "s3cret-pass"
    await store.close()
    assert not settings.key_path.exists()


async def test_from_the_key_file_to_the_server(server, site, settings):
    """What the file sealed opens beside the server's key, is re-wrapped, and the file's key may go."""
    await site.close()
    transit = await server.with_key()
    store = await Store.open(of(settings, transit))
    assert await password(store) == "s3cret-pass"
    done = await rotate(store, quiet)
    assert (done.made, done.done.values) == (False, 2)
    # as if the file had been there for long
    os.utime(settings.key_path, (0, 0))
    (moved,) = await retire(store)
    await store.close()
    assert moved.exists()
    assert not settings.key_path.exists()
    store = await Store.open(of(settings, transit))
    assert await password(store) == "s3cret-pass"
    await store.close()
    with pytest.raises(VaultKeyMissing):
        await Store.open(settings)


async def test_an_outage_stops_no_start(server, settings, make):
    """While the server is sealed the store opens, its secrets do not, and afterwards they do; nothing is made."""
    transit = await server.with_key()
    store = await Store.open(of(settings, transit))
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.close()
    async with server.sealed():
        store = await Store.open(of(settings, transit))
        with pytest.raises(KeyServerDown):
            await password(store)
        with pytest.raises(KeyServerDown):
            await store.sites.add(make.site("site-2", "Graz"), make.connection(), make.t0)
        assert [each.id for each in await store.sites.list()] == [SITE]
        assert (await store.sites.access(SITE)).username == "admin"
    assert await password(store) == "s3cret-pass"
    await store.close()
    assert not settings.key_path.exists()


async def test_a_wrong_key_at_the_server_stops_the_start(server, settings, make):
    """A key that is gone, and another one made under its name, are errors at the start; so is a bad token."""
    transit = await server.with_key()
    store = await Store.open(of(settings, transit))
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.close()
    with pytest.raises(KeyServerRefused):
        await Store.open(of(settings, transit.model_copy(update={"token": SecretStr("of-nobody")})))
    key = f"transit/keys/{transit.key}"
    await server.ask("POST", f"{key}/config", {"deletion_allowed": True})
    await server.ask("DELETE", key)
    with pytest.raises(VaultKeyMissing):
        await Store.open(of(settings, transit))
    await server.ask("POST", key, {})
    with pytest.raises(VaultKeyWrong):
        await Store.open(of(settings, transit))
    with pytest.raises(VaultKeyMissing, match="ROTATOR_VAULT_ADDRESS"):
        await Store.open(settings)


def test_the_settings_come_from_the_environment(monkeypatch):
    """ROTATOR_VAULT_... variables are read with the store's own, and no token is in their repr."""
    for name, value in {"ADDRESS": "https://v:1", "TOKEN": "hidden-word", "KEY": "k", "MOUNT": "m/n"}.items():
        monkeypatch.setenv(f"ROTATOR_VAULT_{name}", value)
    transit = StoreSettings().transit
    assert (transit.address, transit.key, transit.mount) == ("https://v:1", "k", "m/n")
    assert "hidden-word" not in repr(StoreSettings())
