"""Requests in the store: their keys are sealed, and given to the certificate that answers."""

import pytest

from store.certificate.certificate_requests import CertificateRequest, UnknownRequest
from store.keys.sealed import SEALED, sealed_values


async def sealed_in(store):
    """Everything that is sealed in the database."""
    return [each.value for of in SEALED async for part in sealed_values(store.database, of, 100) for each in part]


@pytest.fixture
def request_of(make):
    """A request for the public key of cert-1."""
    return CertificateRequest(
        id="request-1", public_key=make.facts().public_key, subject="CN=sepm1", names=("sepm1",),
        request_pem="REQUEST", asked_by="ann", asked_at=make.t0,
    )  # fmt: skip


async def test_a_request_waits_with_its_key(store, request_of):
    """It is found by its id and its public key; the key is among what is sealed."""
    await store.certificate_requests.add(request_of, b"KEY")
    assert await store.certificate_requests.get("request-1") == request_of
    assert await store.certificate_requests.list() == (request_of,)
    key = await store.certificate_requests.key_of(request_of.public_key)
    assert key.get_secret_value() == b"KEY"
    assert len(await sealed_in(store)) == 1
    assert b"KEY" not in (await sealed_in(store))[0]


async def test_a_request_may_be_answered_again(store, make, request_of):
    """Its key stays, for an authority may correct its answer; an answer to nothing changes nothing."""
    await store.certificate_requests.add(request_of, b"KEY")
    for certificate, fingerprint in (("cert-1", "aa" * 32), ("cert-2", "bb" * 32)):
        await store.certificates.add(make.facts(certificate, fingerprint), "CERT", "", b"KEY", make.t0)
        await store.certificate_requests.answer(request_of.public_key, certificate)
        answered = request_of.model_copy(update={"certificate_id": certificate})
        assert await store.certificate_requests.get("request-1") == answered
        assert (await store.certificate_requests.key_of(request_of.public_key)).get_secret_value() == b"KEY"
    await store.certificate_requests.answer("dd" * 32, "cert-1")
    assert await store.certificate_requests.key_of("dd" * 32) is None
    assert (await store.certificate_requests.get("request-1")).certificate_id == "cert-2"


async def test_an_unknown_request_is_named(store):
    """A question about a request that is not kept says so."""
    with pytest.raises(UnknownRequest, match="none"):
        await store.certificate_requests.get("none")
