"""Requests for certificates: the key is made here and stays, and the answer finds it by its public key."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from sqlalchemy import text

ORDER = {"names": ["sepm1.example.org", "192.0.2.7"]}
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority():
    """A company's CA: signs what is asked for, and gives certificate and root."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example CA")])

    def signed(subject, public_key, *extensions):
        builder = x509.CertificateBuilder(name, subject, public_key, x509.random_serial_number())
        builder = builder.not_valid_before(NOW - timedelta(1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.not_valid_after(NOW + timedelta(days=365)).sign(key, hashes.SHA256())

    root = signed(name, key.public_key(), x509.BasicConstraints(ca=True, path_length=None))

    def sign(request_pem):
        request = x509.load_pem_x509_csr(request_pem.encode())
        assert request.is_signature_valid
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return signed(request.subject, request.public_key(), names), root

    return sign


async def asked(api, **more):
    """A request that waits."""
    answer = await api.post("/v1/certificates/requests", json=ORDER | more)
    assert answer.status_code == 201, answer.text
    assert "PRIVATE KEY" not in answer.text
    shown = await api.get(answer.headers["location"])
    assert shown.json() == answer.json()
    return answer.json()["request"]


def encoded(content):
    """As files travel."""
    return base64.b64encode(content).decode()


@pytest.mark.parametrize("way", ["PEM with its chain", "DER and the chain apart", "PKCS#7", "alone"])
async def test_the_signed_answer_finds_its_key(api, authority, way):
    """Whatever an authority sends; then the certificate has key and chain, and can be taken as a keystore."""
    request = await asked(api)
    assert (request["subject"], request["names"]) == ("CN=sepm1.example.org", ORDER["names"])
    leaf, root = authority(request["request_pem"])
    pem, der = leaf.public_bytes(Encoding.PEM), leaf.public_bytes(Encoding.DER)
    document = {
        "PEM with its chain": {"pem": (root.public_bytes(Encoding.PEM) + pem).decode()},
        "DER and the chain apart": {
            "file_base64": encoded(der),
            "chain_base64": encoded(root.public_bytes(Encoding.PEM)),
        },
        "PKCS#7": {"file_base64": encoded(serialize_certificates([leaf, root], Encoding.DER))},
        "alone": {"file_base64": encoded(der)},
    }[way]
    answer = await api.post("/v1/certificates", json=document)
    assert answer.status_code == 201, answer.text
    facts = answer.json()["certificate"]
    assert facts["has_key"]
    assert facts["public_key"] == request["public_key"]
    answered = (await api.get(f"/v1/certificates/requests/{request['id']}")).json()["request"]
    assert answered == request | {"certificate_id": facts["id"]}
    order = {"format": "p12"}
    assert (await api.post(f"/v1/certificates/{facts['id']}/keystores", json=order)).status_code == 201
    again = await api.post("/v1/certificates", json=document)
    assert again.json()["certificate"] == facts


async def test_the_key_is_kept_sealed(api, store):
    """It is never shown, and the database does not tell it."""
    await asked(api)
    async with store.database.read() as session:
        sealed = await session.scalar(text("SELECT key_sealed FROM certificate_requests"))
    assert sealed
    assert b"PRIVATE KEY" not in sealed


async def test_a_corrected_answer_finds_its_key_too(api, authority):
    """Of an authority that signs a request again both certificates have the key; the request names the last."""
    request = await asked(api)
    for _ in range(2):
        leaf, _ = authority(request["request_pem"])
        answer = await api.post("/v1/certificates", json={"pem": leaf.public_bytes(Encoding.PEM).decode()})
        facts = answer.json()["certificate"]
        assert facts["has_key"]
        shown = await api.get(f"/v1/certificates/requests/{request['id']}")
        assert shown.json()["request"]["certificate_id"] == facts["id"]


async def test_an_answer_that_may_not_go_in_changes_nothing(api, authority, problem):
    """An expired one is refused, and the request still waits for another."""
    request = await asked(api)
    leaf, _ = authority(request["request_pem"])
    expired = x509.CertificateBuilder(
        leaf.issuer, leaf.subject, leaf.public_key(), 7, NOW - timedelta(9), NOW - timedelta(2)
    ).sign(rsa.generate_private_key(public_exponent=65537, key_size=2048), hashes.SHA256())
    answer = await api.post("/v1/certificates", json={"pem": expired.public_bytes(Encoding.PEM).decode()})
    problem(answer, 422, "certificate-unfit")
    assert (await api.get("/v1/certificates/requests")).json() == {"items": [request], "next": None}
    answer = await api.post("/v1/certificates", json={"pem": leaf.public_bytes(Encoding.PEM).decode()})
    assert answer.json()["certificate"]["has_key"]


async def test_an_answer_to_no_request_has_no_key(api):
    """A certificate of another key is kept as any other without its key."""
    await asked(api)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "other")])
    other = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW - timedelta(1), NOW + timedelta(99))
    pem = other.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    answer = await api.post("/v1/certificates", json={"pem": pem})
    assert not answer.json()["certificate"]["has_key"]


async def test_another_subject_may_be_asked_for(api, problem):
    """As RFC 4514 writes it; a subject that cannot be read is refused, and an unknown request is not found."""
    request = await asked(api, subject="CN=sepm1,O=Example,C=AT")
    assert request["subject"] == "CN=sepm1,O=Example,C=AT"
    problem(await api.post("/v1/certificates/requests", json=ORDER | {"subject": "nonsense"}), 422, "invalid-request")
    problem(await api.post("/v1/certificates/requests", json=ORDER | {"subject": "C=Austria"}), 422, "invalid-request")
    problem(await api.post("/v1/certificates/requests", json=ORDER | {"names": []}), 422, "invalid-request")
    problem(await api.get("/v1/certificates/requests/none"), 404, "unknown-request")
