import pytest

from store.certificate.certificates import UnknownCertificate


async def test_a_certificate_comes_back_with_its_key(store, make):
    """Facts, chain and key are read as they were given; the facts say that the key is kept."""
    await store.certificates.add(make.facts(), "CERT", "CHAIN", b"KEY", make.t0)
    material = await store.certificates.material("cert-1")
    assert (material.certificate_pem, material.chain_pem) == ("CERT", "CHAIN")
    assert material.key_pem is not None
    assert material.key_pem.get_secret_value() == b"KEY"
    assert material.facts == make.facts().model_copy(update={"has_key": True})


async def test_the_same_certificate_is_kept_once(store, make):
    """The same fingerprint gets the first id; a missing key is added, a known one never replaced."""
    assert await store.certificates.add(make.facts(), "CERT", "", None, make.t0) == "cert-1"
    assert (await store.certificates.material("cert-1")).key_pem is None
    for key in (b"FIRST", b"SECOND"):
        assert await store.certificates.add(make.facts("cert-2"), "CERT", "", key, make.t0) == "cert-1"
    key = (await store.certificates.material("cert-1")).key_pem
    assert key is not None
    assert key.get_secret_value() == b"FIRST"
    assert [facts.id for facts in await store.certificates.list()] == ["cert-1"]


async def test_an_unknown_certificate_is_named(store):
    """A question about a certificate that is not kept says so."""
    for question in (store.certificates.facts("none"), store.certificates.material("none")):
        with pytest.raises(UnknownCertificate, match="none"):
            await question
