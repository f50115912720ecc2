"""Certificate files of every format, read, refused with a remedy, and written."""

from datetime import UTC, datetime, timedelta

import jks
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from certificates.certificate_file import contents_of, parse_certificate_file
from certificates.errors import UnusableCertificateFile
from certificates.keystores import to_jks, to_pem, to_pkcs12
from certificates.new_certificate import make_self_signed
from rotation.fitness import unfit
from rotation.values import CertificateId

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
PASSWORD = SecretStr("open sesame")
OWN = CertificateId("own")


def parse(content, password=PASSWORD):
    """The file as it is given."""
    return parse_certificate_file(content, identity=OWN, name="given.file", password=password)


def issue(subject, key, issuer=None, issuer_key=None, *, ca=True):
    """A certificate for `key`, self-signed without an issuer."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=10))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    signing = issuer_key or key
    return builder.sign(signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def pem(*certificates):
    """Certificates in PEM, one after the other."""
    return b"".join(c.public_bytes(Encoding.PEM) for c in certificates)


def pem_key(key, password=None):
    """A key in PEM."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.fixture(scope="module")
def keys():
    """RSA keys enough for a chain."""
    return [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]


@pytest.fixture(scope="module")
def chain(keys):
    """Root, intermediate, server."""
    root = issue("Root", keys[0])
    middle = issue("Middle", keys[1], root, keys[0])
    return [root, middle, issue("Server", keys[2], middle, keys[1], ca=False)]


@pytest.fixture(scope="module")
def made():
    """A certificate of our own making."""
    return make_self_signed(("sepm.example", "192.0.2.7"), identity=OWN, now=NOW, valid_for=timedelta(days=3650))


def test_a_new_certificate_is_as_sepm_makes_it(made):
    """RSA 2048 with SHA-256, self-signed, for all its names, and fit by the domain's own rules."""
    facts = made.facts
    assert (facts.key_algorithm, facts.key_bits, facts.signature_algorithm) == ("RSA", 2048, "sha256WithRSAEncryption")
    assert (facts.subject, facts.issuer, facts.names) == (
        "CN=sepm.example",
        "CN=sepm.example",
        ("sepm.example", "192.0.2.7"),
    )
    assert facts.has_key
    assert unfit(facts, now=NOW, needed=timedelta(days=120)) == ()


@pytest.mark.parametrize(
    ("since", "begins"),
    [
        (None, NOW - timedelta(days=2)),
        (NOW - timedelta(days=400), NOW - timedelta(days=400)),
        (NOW - timedelta(hours=1), NOW - timedelta(days=2)),
        (NOW + timedelta(days=9), NOW - timedelta(days=2)),
        (datetime(1601, 1, 1, tzinfo=UTC), datetime(1950, 1, 1, tzinfo=UTC)),
    ],
    ids=["for no site", "as the present one", "a young one", "one of a server with a fast clock", "before 1950"],
)
def test_a_new_certificate_begins_as_early_as_the_present_ones(since, begins):
    """A client that looks at dates, and has accepted these, accepts it; never later than two days ago."""
    made = make_self_signed(("s",), identity=OWN, now=NOW, valid_for=timedelta(days=9), since=since)
    assert (made.facts.not_before, made.facts.not_after) == (begins, NOW + timedelta(days=9))


@pytest.mark.parametrize(
    "written",
    [
        to_pem,
        lambda made: to_pem(made, PASSWORD),
        lambda made: to_pkcs12(made, PASSWORD),
        lambda made: to_pkcs12(made, PASSWORD, for_old_java=True),
        lambda made: to_jks(made, PASSWORD),
    ],
    ids=["pem", "encrypted pem", "pkcs12", "old pkcs12", "jks"],
)
def test_what_is_written_is_read_back_the_same(made, written):
    """Each format that SEPM takes holds the whole certificate and its key."""
    again = parse(written(made))
    assert again == made
    assert again.key_pem.get_secret_value() == made.key_pem.get_secret_value()


def test_a_chain_is_kept_in_order_whatever_its_order_in_the_file(chain, keys):
    """The server's certificate is recognised by its key, and its issuers follow it up to the root."""
    root, middle, leaf = chain
    parsed = parse(pem(root, leaf, middle, leaf) + pem_key(keys[2]))
    assert parsed.certificate_pem.encode() == pem(leaf)
    assert parsed.chain_pem.encode() == pem(middle, root)
    assert not parsed.facts.chain.in_order
    for written in (to_pem(parsed), to_pkcs12(parsed, PASSWORD), to_jks(parsed, PASSWORD)):
        again = parse(written)
        assert again.facts.chain.in_order
        assert (again.certificate_pem, again.chain_pem, again.key_pem) == (
            parsed.certificate_pem,
            parsed.chain_pem,
            parsed.key_pem,
        )


def test_a_chain_without_a_key_has_its_leaf(chain):
    """Without a key the server's certificate is the one that issued no other."""
    parsed = parse(pem(*chain), None)
    assert (parsed.facts.subject, parsed.key_pem, parsed.facts.has_key) == ("CN=Server", None, False)


def test_a_der_certificate_is_read(made):
    """A bare certificate is enough where SEPM keeps the key."""
    der = x509.load_pem_x509_certificate(made.certificate_pem.encode()).public_bytes(Encoding.DER)
    assert parse(der, None).facts.fingerprint == made.facts.fingerprint


def test_a_certificate_without_a_key_in_pkcs12(made):
    """A PKCS#12 file of certificates alone is read too."""
    certificate = x509.load_pem_x509_certificate(made.certificate_pem.encode())
    content = serialize_key_and_certificates(None, None, None, [certificate], BestAvailableEncryption(b"open sesame"))
    assert parse(content).facts.fingerprint == made.facts.fingerprint


def test_a_pkcs12_file_with_two_entries_is_refused(keytool, tmp_path):
    """The library would give one of the two keys, the older one perhaps: the remedy is to export one entry."""
    file, password = tmp_path / "two.p12", PASSWORD.get_secret_value()
    for alias in ("tomcat", "other"):
        keytool("-genkeypair", "-alias", alias, "-keyalg", "RSA", "-keysize", "2048", "-dname", f"CN={alias}",
                "-validity", "90", "-storetype", "PKCS12", "-keystore", file, "-storepass", password)  # fmt: skip
    with pytest.raises(UnusableCertificateFile, match="holds 2 certificates that could be the server's") as caught:
        parse(file.read_bytes())
    assert "one entry" in caught.value.remedy


def test_what_is_no_part_of_the_chain_is_named(chain, keys, made):
    """A stray certificate is left out, and listed as left out."""
    parsed = parse(pem(*chain) + made.certificate_pem.encode() + pem_key(keys[2]))
    assert parsed.facts.chain.left_out == ("CN=sepm.example",)


def test_other_kinds_of_keys_are_described(keys):
    """EC and Ed25519 are read, so that the domain's rules can refuse them with their reason."""
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    seen = [parse(pem(issue("X", key)) + pem_key(key)).facts for key in (curve, edwards)]
    assert [(facts.key_algorithm, facts.key_bits, facts.signature_is_rsa) for facts in seen] == [
        ("EC", 256, False),
        ("Ed25519", 256, False),
    ]
    root = issue("Root", keys[0])
    by_rsa = parse(pem(issue("X", curve, root, keys[0])) + pem_key(curve)).facts
    assert (by_rsa.key_algorithm, by_rsa.signature_is_rsa) == ("EC", True)


def with_another_key_password(chain, keys):
    """A JKS keystore whose entry has a password of its own."""
    der = keys[2].private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    entry = jks.PrivateKeyEntry.new("tomcat", [chain[2].public_bytes(Encoding.DER)], der)
    entry.encrypt("other")
    return jks.KeyStore.new("jks", [entry]).saves(PASSWORD.get_secret_value())


def cut(content):
    """A PEM file that lost two lines."""
    lines = content.splitlines(keepends=True)
    return b"".join(lines[:3] + lines[5:])


@pytest.fixture(scope="module")
def unusable(made, chain, keys):
    """Files that cannot be used, each with its fault as the error tells it."""
    other, own = SecretStr("other"), made.certificate_pem.encode()
    return {
        "PKCS#12 password": (to_pkcs12(made, other), "this password does not open"),
        "JKS password": (to_jks(made, other), "this password does not open"),
        "PEM password": (to_pem(made, other), "cannot be opened"),
        "JKS entry password": (with_another_key_password(chain, keys), "another password than the keystore"),
        "damaged JKS": (to_jks(made, PASSWORD)[:100], "JKS keystore"),
        "JCEKS": (b"\xce\xce\xce\xce" + bytes(50), "JCEKS"),
        "key of another": (own + pem_key(keys[0]), "belongs to none"),
        "two keys": (pem(*chain) + pem_key(keys[0]) + pem_key(keys[1]), "2 different private keys"),
        "two certificates": (pem(chain[2]) + own, "2 certificates that could be"),
        "key alone": (pem_key(keys[0]), "no certificate"),
        "cut certificate": (cut(own), "damaged certificate"),
        "cut key": (cut(pem_key(keys[0])), "damaged private key"),
        "something else": (b"PK\x03\x04 a zip", "no certificate file"),
        "nothing": (b"", "no certificate file"),
        "too large": (bytes((1 << 20) + 1), "larger than"),
    }


@pytest.mark.parametrize(
    "fault",
    [
        *("PKCS#12 password", "JKS password", "PEM password", "JKS entry password", "damaged JKS", "JCEKS"),
        *("key of another", "two keys", "two certificates", "key alone", "cut certificate", "cut key"),
        *("something else", "nothing", "too large"),
    ],
)
def test_an_unusable_file_says_why_and_what_to_do(fault, unusable):
    """Each fault has words of its own and a remedy, and shows neither password nor key."""
    content, why = unusable[fault]
    with pytest.raises(UnusableCertificateFile, match=why) as caught:
        parse(content)
    assert caught.value.address == "given.file"
    assert caught.value.remedy
    assert "sesame" not in repr(caught.value)


@pytest.mark.parametrize("write", [to_pkcs12, to_jks])
def test_a_missing_password_is_not_a_wrong_one(made, write):
    """Without a password the remedy is to give it."""
    with pytest.raises(UnusableCertificateFile, match="give the"):
        parse(write(made, PASSWORD), None)


def test_an_encrypted_pem_key_asks_for_its_password(made):
    """As for the other formats."""
    with pytest.raises(UnusableCertificateFile, match="give the key's password"):
        parse(to_pem(made, PASSWORD), None)


def test_a_certificate_without_its_key_cannot_be_written(made):
    """SEPM needs the key in the file, and an empty password protects nothing."""
    bare = parse(made.certificate_pem.encode(), None)
    for write in (to_pkcs12, to_jks, to_pem):
        with pytest.raises(UnusableCertificateFile, match="not kept here"):
            write(bare, PASSWORD)
        with pytest.raises(ValueError, match="needs a password"):
            write(made, SecretStr(""))


def test_a_key_is_never_shown(made):
    """Neither repr nor a dump holds the key."""
    assert "PRIVATE KEY" not in repr(made) + made.model_dump_json()


def test_contents_are_what_a_file_would_give(keys):
    """A certificate that was just made is described as one that was read."""
    certificate = issue("X", keys[0])
    assert contents_of(certificate, keys[0], OWN) == parse(pem(certificate) + pem_key(keys[0]))
