"""What is sealed for the worker: an API stores it and cannot read it; the worker's keys change like others."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import SecretBytes

from store.keys.envelope import key_id_of, unpack
from store.keys.key_encryption import KeySettingsWrong, SealBroken, VaultKeyWrong
from store.keys.key_rotation import known_keys, rotate
from store.keys.sealed import values_by_key
from store.keys.worker_key import NotOpenedHere, WorkerKey, WorkerKeys
from store.store import Store
from tests.worker_keys import WorkerKeyFiles, private_pem, public_pem


@pytest.fixture
def files(tmp_path):
    """One key pair."""
    return WorkerKeyFiles.new(tmp_path)


@pytest.fixture
def opened(settings):
    """Opens the store as one of the processes does; by name of its setting."""
    stores = []

    async def opening(**files):
        stores.append(await Store.open(settings.model_copy(update=files)))
        return stores[-1]

    yield opening
    assert stores


async def test_an_api_stores_what_only_the_worker_opens(opened, files, make):
    """A site's password, and no other secret; the API proves how the site is reached, and moves nothing of it."""
    api = await opened(worker_public_key_file=files.public)
    await api.sites.add(make.site(), make.connection(), make.t0)
    await api.certificates.add(make.facts(), "pem", "", b"the key", make.t0)
    assert (await api.sites.proven_access("site-1")).username == "admin"
    with pytest.raises(NotOpenedHere):
        await api.sites.connection("site-1")
    assert (await api.audit.verify()).broken == ()
    assert (await api.certificates.material("cert-1")).key_pem == SecretBytes(b"the key")

    worker = await opened(worker_key_file=files.private)
    assert await worker.sites.connection("site-1") == make.connection()
    assert await worker.issuer_accounts.key("ca", lambda: SecretBytes(b"account"), make.t0) == SecretBytes(b"account")
    with pytest.raises(NotOpenedHere):
        await api.issuer_accounts.key("ca", lambda: SecretBytes(b"another"), make.t0)
    assert (await worker.certificates.material("cert-1")).key_pem == SecretBytes(b"the key")
    await api.close()
    await worker.close()


async def test_keys_are_changed_while_an_api_runs(opened, files, make):
    """Secrets from before there was one, and those of a former one, get the first; the others get a new common key."""
    before = await opened()
    await before.sites.add(make.site(), make.connection(), make.t0)
    former, newer = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    for pairs in ((former,), (newer, former)):
        files.write(*pairs)
        worker = await opened(worker_key_file=files.private)
        api = await opened(worker_public_key_file=files.public)
        first = WorkerKey(pairs[0].public_key()).id
        if former in pairs[1:]:
            with pytest.raises(NotOpenedHere):
                await rotate(api, lambda _: None)
        await rotate(worker, lambda _: None)
        counted = await values_by_key(worker.database)
        assert (counted[first], len(counted)) == (1, 2)
        assert {key.id for key in await known_keys(api) if key.seals} == set(counted)
        assert await worker.sites.connection("site-1") == make.connection()
        assert (await api.sites.proven_access("site-1")).username == "admin"
        await worker.close()
        await api.close()
    files.write(newer)
    worker = await opened(worker_key_file=files.private)
    assert await worker.sites.connection("site-1") == make.connection()
    await worker.close()
    files.write(former)
    with pytest.raises(VaultKeyWrong, match="worker:"):
        await opened(worker_key_file=files.private)
    with pytest.raises(VaultKeyWrong, match="ROTATOR_WORKER_PUBLIC_KEY_FILE"):
        await opened()
    await before.close()


async def test_what_was_sealed_belongs_to_its_row():
    """For another row, altered, cut, or with a point that gives every key the same secret, it does not open."""
    pair = X25519PrivateKey.generate()
    key, public = WorkerKey(pair.public_key(), pair), WorkerKey(pair.public_key())
    wrapped = await public.wrap(b"k" * 32, b"row 1")
    assert (wrapped.key_id, await key.unwrap(wrapped, b"row 1")) == (key.id, b"k" * 32)
    assert (await public.wrap(b"k" * 32, b"row 1")).data != wrapped.data
    wrong = [wrapped.data[:at] + bytes([wrapped.data[at] ^ 1]) + wrapped.data[at + 1 :] for at in (0, 33, 50, -1)]
    for data in (*wrong, b"", wrapped.data[:31], wrapped.data[:40], bytes(32) + wrapped.data[32:]):
        with pytest.raises(SealBroken):
            await key.unwrap(wrapped._replace(data=data), b"row 1")
    with pytest.raises(SealBroken):
        await key.unwrap(wrapped, b"row 2")
    other = X25519PrivateKey.generate()
    with pytest.raises(SealBroken):
        await WorkerKey(other.public_key(), other).unwrap(wrapped, b"row 1")


@pytest.mark.parametrize(
    "content",
    [b"", b"key", private_pem(Ed25519PrivateKey.generate()), public_pem(Ed25519PrivateKey.generate())],
    ids=["nothing", "no PEM", "another kind", "another kind's public half"],
)
def test_files_that_hold_no_such_key_are_refused(tmp_path, content):
    """The text names the file; so it does of one that is not there, of the other half, and of one that others read."""
    file = tmp_path / "file"
    file.touch(0o600)
    file.write_bytes(content)
    pair = X25519PrivateKey.generate()
    for read, half in ((WorkerKeys.private, public_pem(pair)), (WorkerKeys.public, private_pem(pair))):
        with pytest.raises(KeySettingsWrong, match="file"):
            read(file)
        (tmp_path / "half").touch(0o600)
        (tmp_path / "half").write_bytes(half)
        with pytest.raises(KeySettingsWrong, match="half"):
            read(tmp_path / "half")
        with pytest.raises(KeySettingsWrong, match="FileNotFoundError"):
            read(tmp_path / "nowhere")
    (tmp_path / "half").write_bytes(private_pem(pair))
    (tmp_path / "half").chmod(0o640)
    with pytest.raises(KeySettingsWrong, match="0640"):
        WorkerKeys.private(tmp_path / "half")


async def test_both_halves_are_for_no_process(opened, files):
    """A process is the worker or is not."""
    await (await opened(worker_key_file=files.private)).close()
    with pytest.raises(KeySettingsWrong, match="never both"):
        await opened(worker_key_file=files.private, worker_public_key_file=files.public)


async def test_a_sealed_value_names_the_key_of_the_worker(opened, files):
    """So that an operator sees which one it needs."""
    store = await opened(worker_key_file=files.private)
    sealed = await store.vault.seal("site password", "row", b"x")
    assert key_id_of(sealed) == unpack(sealed).wrapped.key_id
    assert (key_id_of(sealed) or "").startswith("worker:")
    assert not (key_id_of(await store.vault.seal("keystore", "row", b"x")) or "").startswith("worker:")
    await store.close()
