"""Certificate files as they come: odd encodings of their text, keys and issuers in files of their own, PKCS#7."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from pydantic import SecretStr

from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from certificates.keystores import to_jks, to_pem, to_pkcs12
from certificates.new_certificate import make_self_signed
from rotation.values import CertificateId

OWN = CertificateId("own")
PASSWORD = SecretStr("open sesame")


@pytest.fixture(scope="module")
def made():
    """A certificate with its key."""
    now = datetime.now(UTC)
    return make_self_signed(("sepm.example",), identity=OWN, now=now, valid_for=timedelta(days=3650))


def parse(content, password=PASSWORD, **more):
    """The file as it is given."""
    return parse_certificate_file(content, identity=OWN, name="given.file", password=password, **more)


def der(made):
    """The certificate in DER."""
    return x509.load_pem_x509_certificate(made.certificate_pem.encode()).public_bytes(Encoding.DER)


def key(made, form=PrivateFormat.PKCS8, encoding=Encoding.DER, password=None):
    """The key, in any format."""
    loaded = load_pem_private_key(made.key_pem.get_secret_value().encode(), None)
    return loaded.private_bytes(encoding, form, BestAvailableEncryption(password) if password else NoEncryption())


def on_one_line(pem):
    """PEM whose Base64 has no line breaks."""
    lines = pem.decode().replace("-----\n", "-----|").replace("\n-----", "|-----").replace("\n", "")
    return lines.replace("|-----BEGIN", "\n-----BEGIN").replace("|", "\n").encode()


ODD = {
    "CRLF": lambda pem: pem.replace(b"\n", b"\r\n"),
    "CR": lambda pem: pem.replace(b"\n", b"\r"),
    "UTF-8 with a mark": lambda pem: b"\xef\xbb\xbf" + pem,
    "UTF-16": lambda pem: pem.decode().encode("utf-16"),
    "UTF-16, big end first": lambda pem: b"\xfe\xff" + pem.decode().encode("utf-16-be"),
    "UTF-16 without a mark": lambda pem: pem.decode().encode("utf-16-le"),
    "text before and between": lambda pem: (
        b"Bag Attributes\n    friendlyName: t\xc3\xb6mcat\n" + pem.replace(b"-----\n--", b"-----\nkey:\n--")
    ),
    "no line breaks": on_one_line,
    "spaces around": lambda pem: b"\n".join(b"  " + line + b"\t " for line in pem.split(b"\n")),
    "no last line end": lambda pem: pem.rstrip(),
    "X509 CERTIFICATE": lambda pem: pem.replace(b" CERTIFICATE", b" X509 CERTIFICATE"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_the_encoding_of_a_pem_file_makes_no_difference(made, kind):
    """Editors, mails and other systems change line ends and more; certificate and key stay the same."""
    content = ODD[kind](to_pem(made))
    assert content != to_pem(made)
    assert parse(content) == made
    assert parse(content).key_pem == made.key_pem


def test_base64_alone_is_read(made):
    """DER, PKCS#12 and JKS that went through a mail or a form, with and without line breaks."""
    assert parse(base64.b64encode(der(made))).facts.fingerprint == made.facts.fingerprint
    for file in (to_pkcs12(made, PASSWORD), to_jks(made, PASSWORD)):
        assert parse(base64.encodebytes(file)) == made


def test_a_trusted_certificate_is_read_without_what_openssl_adds(made, openssl):
    """`TRUSTED CERTIFICATE` is a certificate with a trailer."""
    trusted = openssl("x509", "-trustout", "-addtrust", "serverAuth", given=made.certificate_pem.encode())
    assert b"BEGIN TRUSTED" in trusted
    assert parse(trusted).certificate_pem == made.certificate_pem


@pytest.mark.parametrize("certificate", ["pem", "der"])
@pytest.mark.parametrize(
    "written",
    [
        key,
        lambda made: key(made, PrivateFormat.TraditionalOpenSSL),
        lambda made: key(made, password=b"open sesame"),
        lambda made: key(made, encoding=Encoding.PEM),
        lambda made: key(made, encoding=Encoding.PEM, password=b"open sesame"),
        lambda made: key(made, PrivateFormat.TraditionalOpenSSL, Encoding.PEM, b"open sesame"),
    ],
    ids=["PKCS#8", "PKCS#1", "encrypted PKCS#8", "PEM", "encrypted PEM", "old encrypted PEM"],
)
def test_a_key_may_lie_in_a_file_of_its_own(made, certificate, written):
    """As SEPM's own wizard takes it: certificate and private key, in DER or PEM."""
    content = der(made) if certificate == "der" else made.certificate_pem.encode()
    parsed = parse(content, key=written(made))
    assert parsed == made
    assert parsed.key_pem == made.key_pem


@pytest.mark.parametrize(
    ("scheme", "password"),
    [
        (("-v2", "aes-256-cbc"), "open sesame"),
        (("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"), "žluťoučký kůň"),
        (("-v2", "des3"), "open sesame"),
        (("-scrypt",), "open sesame"),
        (("-v1", "PBE-SHA1-3DES"), "žluťoučký kůň"),
        (("-iter", "600000"), "open sesame"),
    ],
)
def test_keys_that_openssl_encrypts_are_opened(made, openssl, scheme, password):
    """Every scheme in use, also with passwords beyond ASCII."""
    encrypted = openssl(
        "pkcs8", "-topk8", *scheme, "-passout", f"pass:{password}", given=made.key_pem.get_secret_value().encode()
    )
    assert parse(made.certificate_pem.encode() + encrypted, SecretStr(password)).key_pem == made.key_pem
    with pytest.raises(UnusableCertificateFile, match=r"cannot be opened|damaged private key"):
        parse(made.certificate_pem.encode() + encrypted, SecretStr("another"))


def test_issuers_may_lie_in_a_file_of_their_own(openssl, tmp_path):
    """A PKCS#7 file is what authorities send; PEM and DER do as well, whatever the order."""
    root, leaf = _issued(openssl, tmp_path)
    certificate, issuer = (x509.load_pem_x509_certificate(each) for each in (leaf, root))
    chains = [root, root + leaf, issuer.public_bytes(Encoding.DER)]
    chains += [serialize_certificates([issuer, certificate], form) for form in (Encoding.DER, Encoding.PEM)]
    chains.append(openssl("crl2pkcs7", "-nocrl", "-certfile", tmp_path / "root.pem", "-outform", "DER"))
    for chain in chains:
        parsed = parse(leaf, chain=chain)
        assert (parsed.facts.subject, parsed.chain_pem.encode()) == ("CN=leaf", issuer.public_bytes(Encoding.PEM))
    assert parse(serialize_certificates([issuer, certificate], Encoding.DER)).facts.subject == "CN=leaf"


def _issued(openssl, folder):
    """A root and what it issued, in PEM, made by openssl."""
    root, leaf = folder / "root.pem", folder / "leaf.pem"
    new = ("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "30")
    openssl(*new, "-subj", "/CN=root", "-keyout", folder / "root.key", "-out", root)
    openssl(*new, "-subj", "/CN=leaf", "-keyout", folder / "leaf.key", "-out", leaf,
            "-CA", root, "-CAkey", folder / "root.key", "-addext", "basicConstraints=critical,CA:FALSE")  # fmt: skip
    return root.read_bytes(), leaf.read_bytes()


UNUSABLE = {
    "a key that belongs to another": (lambda made, other: (der(made), key(other)), "belongs to none"),
    "a key file that holds none": (lambda made, _: (der(made), b"no key"), "key file"),
    "an OpenSSH key": (
        lambda made, _: (der(made), key(made, PrivateFormat.OpenSSH, Encoding.PEM)),
        "OPENSSH PRIVATE KEY",
    ),
    "a request": (lambda *_: (b"-----BEGIN NEW REQUEST-----\nMAA=\n-----END NEW REQUEST-----", None), "no certificate"),
    "a key in place of a certificate": (lambda made, _: (key(made), None), "no certificate"),
    "a cut certificate": (lambda made, _: (der(made)[:-5], None), "or is cut"),
    "a certificate with a tail": (lambda made, _: (der(made) + b"tail", None), "or is cut"),
    "a PEM block without its end": (lambda made, _: (made.certificate_pem.encode()[:-20], None), "no END line"),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_cannot_be_used_says_why(made, kind):
    """Each with its own words and a remedy."""
    other = make_self_signed(("x",), identity=OWN, now=datetime.now(UTC), valid_for=timedelta(days=9))
    given, why = UNUSABLE[kind]
    content, its_key = given(made, other)
    with pytest.raises(UnusableCertificateFile, match=why) as caught:
        parse(content, key=its_key)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "header", ["AES-128-CBC,00", "AES-128-CBC,0000000000000000", "DES-EDE3-CBC,xyz", "RC2-CBC,00", "", "AES-256-CBC"]
)
def test_a_damaged_old_encryption_is_refused(made, header):
    """Cryptography does not look at the length of the vector, and panics."""
    old = key(made, PrivateFormat.TraditionalOpenSSL, Encoding.PEM, b"open sesame")
    lines = [b"DEK-Info: " + header.encode() if b"DEK-Info" in line else line for line in old.split(b"\n")]
    with pytest.raises(UnusableCertificateFile, match="encrypted in an old or damaged way"):
        parse(made.certificate_pem.encode() + b"\n".join(lines))
