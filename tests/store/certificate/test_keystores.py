"""Keystores in the store: sealed, taken once, kept on record."""

from datetime import timedelta

import pytest

from rotation.values import CertificateId
from store.certificate.keystores import KeystoreGone, KeystoreRecord, UnknownKeystore, lives_until
from store.keys.sealed import MAC_KEY, SEALED, sealed_values


async def sealed_in(store):
    """Everything that is sealed in the database."""
    own = [of for of in SEALED if of.purpose != MAC_KEY]
    return [each.value for of in own async for part in sealed_values(store.database, of, 100) for each in part]


@pytest.fixture
async def add(store, make):
    """Keeps a keystore of cert-1."""
    await store.certificates.add(make.facts(), "CERT", "", None, make.t0)

    async def kept(name, at=make.t0):
        record = KeystoreRecord(
            id=name,
            certificate_id=CertificateId("cert-1"),
            format="jks",
            asked_by="ann",
            made_at=at,
            expires_at=lives_until(at),
            taken_at=None,
        )
        await store.keystores.add(record, b"FILE")
        return record

    return kept


async def test_a_keystore_leaves_once(store, make, add):
    """The second time it is gone, and says since when; the record stays."""
    record = await add("k1")
    assert await store.keystores.take("k1", "cert-1", "jks", make.at(minutes=1)) == b"FILE"
    with pytest.raises(KeystoreGone, match="was taken at 2026-03-01 08:01"):
        await store.keystores.take("k1", "cert-1", "jks", make.at(minutes=2))
    taken = record.model_copy(update={"taken_at": make.at(minutes=1)})
    assert (await store.keystores.page("cert-1")).items == (taken,)
    assert await sealed_in(store) == []


async def test_a_keystore_that_is_not_taken_is_dropped(store, make, add):
    """After its time it cannot be taken, and its bytes go when the next one is made."""
    record = await add("k1")
    with pytest.raises(KeystoreGone, match="could be taken until"):
        await store.keystores.take("k1", "cert-1", "jks", record.expires_at)
    assert len(await sealed_in(store)) == 1
    await add("k2", record.expires_at)
    assert len(await sealed_in(store)) == 1
    assert [each.id for each in (await store.keystores.page("cert-1")).items] == ["k2", "k1"]
    with pytest.raises(KeystoreGone):
        await store.keystores.take("k1", "cert-1", "jks", make.t0)
    assert await store.keystores.take("k2", "cert-1", "jks", record.expires_at + timedelta(minutes=9)) == b"FILE"


@pytest.mark.parametrize("wrong", [("k2", "cert-1", "jks"), ("k1", "cert-2", "jks"), ("k1", "cert-1", "p12")])
async def test_a_keystore_is_known_by_all_of_its_names(store, make, add, wrong):
    """By id, certificate and format; a wrong guess takes nothing."""
    await add("k1")
    with pytest.raises(UnknownKeystore):
        await store.keystores.take(*wrong, make.t0)
    assert await store.keystores.take("k1", "cert-1", "jks", make.t0) == b"FILE"
