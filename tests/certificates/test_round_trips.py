"""Keystores there and back, compared in DER and in the numbers of the keys, by OpenSSL's command and Java's keytool."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from pydantic import SecretStr

from certificates.certificate_file import parse_certificate_file
from certificates.der import elements
from certificates.errors import UnusableCertificateFile
from certificates.keystores import to_jks, to_pem, to_pkcs12
from certificates.new_certificate import make_self_signed
from rotation.values import CertificateId
from tests.certificates.corpus.broken import ALONE
from tests.certificates.corpus.issuance import FIT
from tests.certificates.corpus.issuance import file as file_of_corpus
from tests.fuzz.asn1 import tlv

OWN = CertificateId("own")
TEXT = "open sesame"
PASSWORD = SecretStr(TEXT)
WITH_RSA = tuple(each for each in ALONE if each.changes.get("key", FIT["key"]).startswith("rsa"))


def parse(content, password=TEXT):
    """The file as it is given."""
    secret = None if password is None else SecretStr(password)
    return parse_certificate_file(content, identity=OWN, name="given.file", password=secret)


@pytest.fixture(scope="module")
def self_signed():
    """A certificate of our own making."""
    now = datetime.now(UTC)
    return make_self_signed(("sepm.example", "192.0.2.7"), identity=OWN, now=now, valid_for=timedelta(days=99))


@pytest.fixture(scope="module")
def made(openssl, tmp_path_factory):
    """A certificate with an issuer, made by openssl: leaf, root and key in one file."""
    folder = tmp_path_factory.mktemp("issued")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "30")
    openssl(*new, "-subj", "/CN=root", "-keyout", folder / "root.key", "-out", folder / "root.pem")
    openssl(*new, "-subj", "/CN=leaf", "-keyout", folder / "leaf.key", "-out", folder / "leaf.pem",
            "-CA", folder / "root.pem", "-CAkey", folder / "root.key",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=DNS:sepm")  # fmt: skip
    return parse(b"".join((folder / name).read_bytes() for name in ("root.pem", "leaf.key", "leaf.pem")))


def numbers(pem):
    """Modulus, exponents and factors of a key."""
    key = load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    return key.private_numbers()


def ders(pem):
    """The certificates in a PEM text, in DER."""
    return [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(pem)]


def whole(made):
    """What must come back: certificate, chain, and the numbers of the key."""
    key = numbers(made.key_pem.get_secret_value().encode())
    return ders((made.certificate_pem + made.chain_pem).encode()), key


def by_openssl(openssl, file, *options):
    """What openssl finds in a PKCS#12 file."""
    opened = ("pkcs12", "-in", file, "-passin", f"pass:{TEXT}", *options)
    return ders(openssl(*opened, "-nokeys")), numbers(openssl(*opened, "-nocerts", "-noenc"))


@pytest.mark.parametrize("old", [False, True], ids=["AES", "3DES"])
def test_openssl_reads_our_pkcs12(made, openssl, tmp_path, old):
    """Every certificate in DER and every number of the key."""
    file = tmp_path / "file.p12"
    file.write_bytes(to_pkcs12(made, PASSWORD, for_old_java=old))
    assert by_openssl(openssl, file) == whole(made)


def of_corpus(broken):
    """A certificate of the corpus, with its chain as far as it is a chain, and its key."""
    return parse(file_of_corpus(**broken.changes))


@pytest.mark.parametrize("broken", WITH_RSA, ids=lambda broken: broken.name)
def test_the_corpus_comes_back(broken, openssl, tmp_path):
    """Whatever is wrong with a certificate, its file is whole: by OpenSSL from PKCS#12, and by us from JKS."""
    made, file = of_corpus(broken), tmp_path / "file.p12"
    file.write_bytes(to_pkcs12(made, PASSWORD))
    assert by_openssl(openssl, file) == whole(made)
    assert whole(parse(to_jks(made, PASSWORD))) == whole(made)


@pytest.mark.parametrize("password", [None, PASSWORD], ids=["plain", "encrypted"])
def test_openssl_reads_our_pem(made, openssl, tmp_path, password):
    """Certificate and key of one file, by their numbers."""
    file = tmp_path / "file.pem"
    file.write_bytes(to_pem(made, password))
    opened = openssl("pkcs8", "-topk8", "-nocrypt", "-in", file, "-passin", f"pass:{TEXT}")
    certificates, key = whole(made)
    assert numbers(opened) == key
    assert openssl("x509", "-in", file, "-outform", "DER") == certificates[0]
    modulus = openssl("rsa", "-in", file, "-passin", f"pass:{TEXT}", "-noout", "-modulus").decode().strip()
    assert modulus == f"Modulus={key.public_numbers.n:X}"


WAYS = {
    "as it is usual": (),
    "old": ("-legacy",),
    "older still": ("-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-2DES"),
    "AES-128": ("-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC"),
    "without a check": ("-nomac",),
    "check by SHA-512": ("-macalg", "SHA512"),
    "certificates in clear": ("-certpbe", "NONE"),
    "key in clear": ("-keypbe", "NONE"),
    "many rounds": ("-iter", "500000"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("password", [TEXT, "", "žluťoučký kůň"], ids=["password", "empty password", "not ASCII"])
def test_we_read_what_openssl_writes(made, openssl, tmp_path, way, password):
    """Every way to write PKCS#12, with and without a password."""
    source, file = tmp_path / "all.pem", tmp_path / "file.p12"
    source.write_bytes(to_pem(made))
    openssl("pkcs12", "-export", *WAYS[way], "-in", source, "-passout", f"pass:{password}", "-out", file)
    assert whole(parse(file.read_bytes(), password or None)) == whole(made)


def in_ber(der):
    """The same without lengths, and with bytes in pieces, as some Java and Mozilla libraries write it."""
    out = b""
    for element in elements(der):
        if element.tag & 0x20:
            out += bytes([element.tag, 0x80]) + in_ber(element.content) + b"\0\0"
        elif element.tag == 4 and len(element.content) > 40:
            halves = element.content[:33], element.content[33:]
            out += b"\x24\x80" + b"".join(tlv(4, half) for half in halves) + b"\0\0"
        else:
            out += element.whole
    return out


def test_pkcs12_in_ber_is_read(made, openssl, tmp_path):
    """OpenSSL reads it, so it is PKCS#12; and so do we."""
    file = tmp_path / "ber.p12"
    file.write_bytes(in_ber(to_pkcs12(made, PASSWORD)))
    assert by_openssl(openssl, file) == whole(made)
    assert whole(parse(file.read_bytes())) == whole(made)


def test_a_check_by_pbmac1_is_read():
    """What OpenSSL 3.4 and newer writes on request (RFC 9579); the file was made by `openssl pkcs12 -pbmac1_pbkdf2`."""
    content = Path(__file__).with_name("pbmac1.p12").read_bytes()
    assert parse(content).facts.subject == "CN=pbmac1"
    with pytest.raises(UnusableCertificateFile, match="does not open"):
        parse(content, "another")


def exported(keytool, openssl, folder, file, kind):
    """What keytool finds in a keystore: its certificates as it prints them, its key by way of PKCS#12."""
    of_store = ("-keystore", file, "-storetype", kind, "-storepass", TEXT)
    listed = keytool("-list", "-rfc", "-alias", "tomcat", *of_store)
    copy = folder / "copy.p12"
    keytool("-importkeystore", "-srckeystore", file, "-srcstoretype", kind, "-srcstorepass", TEXT, "-srckeypass", TEXT,
            "-srcalias", "tomcat", "-destkeystore", copy, "-deststoretype", "PKCS12",
            "-deststorepass", TEXT)  # fmt: skip
    return ders(listed), by_openssl(openssl, copy)[1]


@pytest.fixture(params=["issued", "self-signed"])
def either(request, made, self_signed):
    """One with an issuer, and one without."""
    return made if request.param == "issued" else self_signed


@pytest.mark.parametrize("kind", ["JKS", "PKCS12", "old PKCS12"])
def test_java_reads_what_we_write(either, keytool, openssl, tmp_path, kind):
    """SEPM is a Java program: keytool opens store and key with the one password, and finds them whole."""
    file, old = tmp_path / "keystore", kind.startswith("old")
    file.write_bytes(to_jks(either, PASSWORD) if kind == "JKS" else to_pkcs12(either, PASSWORD, for_old_java=old))
    assert exported(keytool, openssl, tmp_path, file, kind.removeprefix("old ")) == whole(either)


def test_java_reads_the_corpus(keytool, openssl, tmp_path):
    """A larger key, a chain that ends within the plan, and a wildcard, from JKS."""
    for broken in WITH_RSA:
        if broken.name in {"large key", "issuer ends within the plan", "wildcard"}:
            (folder := tmp_path / broken.name).mkdir()
            made = of_corpus(broken)
            (folder / "keystore").write_bytes(to_jks(made, PASSWORD))
            assert exported(keytool, openssl, folder, folder / "keystore", "JKS") == whole(made)


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_we_read_what_java_writes(keytool, openssl, tmp_path, kind):
    """A keystore made with keytool, as the vendor's texts tell to."""
    file = tmp_path / "keystore"
    keytool("-genkeypair", "-alias", "tomcat", "-keyalg", "RSA", "-keysize", "2048",
            "-dname", "CN=sepm", "-ext", "san=dns:sepm", "-validity", "90", "-storetype", kind, "-keystore", file,
            "-storepass", TEXT, "-keypass", TEXT)  # fmt: skip
    parsed = parse(file.read_bytes())
    assert whole(parsed) == exported(keytool, openssl, tmp_path, file, kind)
    assert (parsed.facts.subject, parsed.facts.names) == ("CN=sepm", ("sepm",))


@pytest.mark.parametrize("kind", ["JKS", "PKCS12"])
def test_a_chain_comes_back_from_java(made, keytool, tmp_path, kind):
    """What we wrote, written again by keytool in either format, is read as the same."""
    file, copy = tmp_path / "keystore", tmp_path / "copy"
    file.write_bytes(to_jks(made, PASSWORD))
    keytool("-importkeystore", "-srckeystore", file, "-srcstoretype", "JKS", "-srcstorepass", TEXT,
            "-destkeystore", copy, "-deststoretype", kind, "-deststorepass", TEXT)  # fmt: skip
    assert whole(parse(copy.read_bytes())) == whole(made)
