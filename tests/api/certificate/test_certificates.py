"""Certificates: what must not go into a server is refused before it is stored, and no key ever comes out."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sepm.example.org")])


@pytest.fixture(scope="module")
def key():
    """An RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key, begins=timedelta(days=-1), ends=timedelta(days=365)):
    """A self-signed certificate of `key`."""
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now + begins).not_valid_after(now + ends)
    return builder.sign(key, hashes.SHA256())


def pem(certificate, key):
    """Both in one PEM text."""
    text = certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


async def refused(api, document, problem, code):
    """The problem for a document; nothing may be kept afterwards, and no key may be in the answer."""
    answer = await api.post("/v1/certificates", json=document)
    body = problem(answer, 422, code)
    assert (await api.get("/v1/certificates")).json() == {"items": [], "next": None}
    assert "PRIVATE KEY" not in answer.text
    return body


async def test_a_certificate_is_kept_and_its_key_never_shown(api, key):
    """Facts come out, the key does not; the same certificate again is the one that is kept."""
    document = {"pem": pem(certificate(key), key)}
    answer = await api.post("/v1/certificates", json=document)
    assert answer.status_code == 201, answer.text
    facts = answer.json()["certificate"]
    assert facts["has_key"]
    assert answer.headers["location"] == f"/v1/certificates/{facts['id']}"
    shown = await api.get(answer.headers["location"])
    assert shown.json() == {"certificate": facts, "findings": [], "key_destroyed": None}
    again = await api.post("/v1/certificates", json=document)
    assert again.json()["certificate"]["id"] == facts["id"]
    listed = await api.get("/v1/certificates")
    assert [each["id"] for each in listed.json()["items"]] == [facts["id"]]
    assert "PRIVATE" not in answer.text + shown.text + listed.text


async def test_a_pkcs12_file_needs_its_password(api, key, problem):
    """A wrong password is refused and not repeated; the right one opens the file."""
    content = serialize_key_and_certificates(b"x", key, certificate(key), None, BestAvailableEncryption(b"right"))
    document = {"pkcs12_base64": base64.b64encode(content).decode(), "password": "wrong-one"}
    body = await refused(api, document, problem, "certificate-unusable")
    assert "wrong-one" not in str(body)
    answer = await api.post("/v1/certificates", json=document | {"password": "right"})
    assert answer.status_code == 201, answer.text


async def test_a_key_of_another_certificate_is_refused(api, key, problem):
    """A certificate that does not match its key never gets near a server."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body = await refused(api, {"pem": pem(certificate(key), other)}, problem, "certificate-unusable")
    assert "key belongs to none" in body["detail"]


async def test_an_expired_certificate_is_refused(api, key, problem):
    """It says when it expired."""
    expired = certificate(key, begins=timedelta(days=-9), ends=timedelta(days=-2))
    body = await refused(api, {"pem": pem(expired, key)}, problem, "certificate-unfit")
    assert [finding["code"] for finding in body["findings"]] == ["certificate-expired"]


async def test_a_certificate_that_is_not_rsa_is_refused(api, problem):
    """SEPM takes RSA only."""
    curve = ec.generate_private_key(ec.SECP256R1())
    body = await refused(api, {"pem": pem(certificate(curve), curve)}, problem, "certificate-unfit")
    assert [finding["code"] for finding in body["findings"]] == ["certificate-not-rsa"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "invalid-request"),
        ({"pem": "x", "jks_base64": "eA=="}, "invalid-request"),
        ({"pkcs12_base64": "A"}, "invalid-request"),
        ({"pem": "no certificate at all"}, "certificate-unusable"),
        ({"pkcs12_base64": "AAAA"}, "certificate-unusable"),
    ],
)
async def test_what_is_no_certificate_file_is_refused(api, problem, document, code):
    """Nothing, two files at once, and nonsense are refused."""
    await refused(api, document, problem, code)


async def test_a_certificate_is_checked_and_not_kept(api, key):
    """The answer has fit or unfit, and each finding with its remedy; nothing is stored, and no key comes out."""
    soon = {"pem": pem(certificate(key, ends=timedelta(days=100)), key), "days": 120}
    answer = await api.post("/v1/certificates/check", json=soon)
    assert answer.status_code == 200, answer.text
    checked = answer.json()
    assert not checked["fit"]
    assert [(each["code"], bool(each["remedy"])) for each in checked["findings"]] == [
        ("certificate-ends-too-soon", True)
    ]
    assert (await api.post("/v1/certificates/check", json=soon | {"days": 90})).json()["fit"]
    assert (await api.get("/v1/certificates")).json() == {"items": [], "next": None}
    assert "PRIVATE KEY" not in answer.text


async def test_a_certificate_is_checked_against_its_server(whole, site, key, problem):
    """With site and server, names count too; half a place, and a server that is not there, are refused."""
    document = {"pem": pem(certificate(key), key)}
    server = (await whole.get(f"/v1/sites/{site}")).json()["servers"][0]["name"]
    answer = await whole.post("/v1/certificates/check", json=document | {"site": site, "server": server})
    assert answer.status_code == 200, answer.text
    assert "certificate-name-missing" in {each["code"] for each in answer.json()["findings"]}
    half = await whole.post("/v1/certificates/check", json=document | {"site": site})
    problem(half, 422, "invalid-request")
    unknown = await whole.post("/v1/certificates/check", json=document | {"site": site, "server": "SEPM-9"})
    assert problem(unknown, 422, "certificate-unchecked")["findings"][0]["code"] == "unknown-server"


async def test_a_self_signed_certificate_is_made(api):
    """As SEPM makes it: RSA 2048, for the names that were asked for, with its key kept."""
    answer = await api.post("/v1/certificates/self-signed", json={"names": ["sepm1.example.org", "192.0.2.7"]})
    assert answer.status_code == 201, answer.text
    facts = answer.json()["certificate"]
    assert facts["names"] == ["sepm1.example.org", "192.0.2.7"]
    assert (facts["key_algorithm"], facts["key_bits"], facts["has_key"]) == ("RSA", 2048, True)


async def test_a_self_signed_certificate_needs_names_that_fit(api, problem):
    """No name, or one that no certificate can hold, is refused."""
    for names in ([], ["řeka.example.org"], [""]):
        answer = await api.post("/v1/certificates/self-signed", json={"names": names})
        problem(answer, 422, "invalid-request")


async def test_unknown_certificate_is_refused(api, problem):
    """It says where the known ones are."""
    assert "/v1/certificates" in problem(await api.get("/v1/certificates/none"), 404, "unknown-certificate")["remedy"]


async def test_a_certificate_for_a_site_begins_as_early_as_those_of_its_servers(connected, whole, site, problem):
    """A client whose clock is slow accepts it as it has accepted those. Before the first survey it is two days."""
    order = {"names": ["SEPM-1"], "site": site}

    async def begins() -> datetime:
        made = await whole.post("/v1/certificates/self-signed", json=order)
        assert made.status_code == 201, made.text
        return datetime.fromisoformat(made.json()["certificate"]["not_before"])

    ago = datetime.now(UTC) - await begins()
    assert timedelta(days=2) <= ago < timedelta(days=2, minutes=5)
    assert (await whole.post(f"/v1/sites/{site}/survey")).status_code == 200
    (served,) = await connected.store.surveys.served(site, 1)
    assert await begins() == served.not_before
    assert datetime.now(UTC) - served.not_before > timedelta(days=300)
    unknown = await whole.post("/v1/certificates/self-signed", json=order | {"site": "nowhere"})
    problem(unknown, 404, "unknown-site")
