"""A certificate file says itself how much work it takes: a file that asks for too much is refused."""

import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

from certificates import opening
from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from certificates.keystores import to_jks, to_pkcs12
from rotation.values import CertificateId
from tests.fuzz.asn1 import (
    PASSWORD,
    by_old_pkcs12,
    by_pbkdf2,
    by_scrypt,
    data,
    encrypted,
    name,
    number,
    pem,
    pkcs12,
    sequence,
    shrouded,
    tlv,
)

ENOUGH = 2.0
"""Seconds of this process for any file."""
HUGE = 2**31 - 1
LIMIT = "takes more than"


def absurd_key(bits):
    """A PKCS#1 key of so many bits, whose numbers belong together in their product at least."""
    half = bits // 2
    p, q = (1 << half) - 1, (1 << half) - 3
    return sequence(*(number(n) for n in (0, p * q, 65537, 3, p, q, 5, 7, 9)))


def keystore(*fields):
    """A JKS keystore that goes on as its fields say."""
    return b"\xfe\xed\xfe\xed" + b"".join(field.to_bytes(size, "big") for field, size in fields)


ONE_KEY = ((2, 4), (1, 4), (1, 4), (0, 2), (0, 8))
GREEDY = {
    "check of PKCS#12": (pkcs12(mac_rounds=HUGE), LIMIT),
    "absurd count": (pkcs12(mac_rounds=1 << 4000), "does not open"),
    "key in PKCS#12": (pkcs12(data(sequence(shrouded(by_pbkdf2(HUGE))))), LIMIT),
    "old key in PKCS#12": (pkcs12(data(sequence(shrouded(by_old_pkcs12(HUGE))))), LIMIT),
    "encrypted part of PKCS#12": (
        pkcs12(sequence(name("1.2.840.113549.1.7.6"), tlv(0xA0, sequence(number(0), sequence(
            name("1.2.840.113549.1.7.1"), by_pbkdf2(HUGE), tlv(0x80, bytes(64))))))),
        LIMIT,
    ),
    "hidden in PKCS#12": (pkcs12(encrypted(sequence(shrouded(by_pbkdf2(HUGE))))), LIMIT),
    "many small ones": (pkcs12(*(encrypted(sequence(), 300_000) for _ in range(7))), "no certificate"),
    "many bags": (pkcs12(data(sequence(*(sequence(name("1.2.3"), tlv(0xA0)) for _ in range(300))))), "does not open"),
    "salt": (pkcs12(data(sequence(shrouded(by_pbkdf2(1, bytes(5000)))))), "does not open"),
    "encrypted PEM key": (pem(b"ENCRYPTED PRIVATE KEY", sequence(by_pbkdf2(HUGE), tlv(4, bytes(64)))), LIMIT),
    "encrypted DER key": (sequence(by_pbkdf2(HUGE), tlv(4, bytes(64))), LIMIT),
    "memory of scrypt": (
        pem(b"ENCRYPTED PRIVATE KEY", sequence(by_scrypt(1 << 24, 8, 1), tlv(4, bytes(64)))),
        LIMIT,
    ),
    "time of scrypt": (
        pem(b"ENCRYPTED PRIVATE KEY", sequence(by_scrypt(1 << 15, 8, 1 << 8), tlv(4, bytes(64)))),
        LIMIT,
    ),
    "RSA key of 65536 bits": (absurd_key(1 << 16), "RSA key of 65,536 bits"),
    "RSA key of half a MiB": (absurd_key(1 << 20), "private key of"),
    "RSA key that is none": (absurd_key(1 << 12), "damaged private key"),
    "PEM that never ends": (b"-----BEGIN CERTIFICATE-----\n" * 35_000, "no END"),
    "very many PEM blocks": (pem(b"PRIVATE KEY", b"") * 10_000, "damaged"),
    "very many foreign blocks": (pem(b"X", b"") * 20_000, "no certificate"),
    "JKS with 2**32 entries": (keystore((2, 4), (2**32 - 1, 4)) + bytes(1000), "damaged JKS"),
    "JKS with a key of 4 GiB": (keystore(*ONE_KEY, (2**32 - 1, 4)), "damaged JKS"),
    "JKS with 2**32 issuers": (keystore(*ONE_KEY, (0, 4), (2**32 - 1, 4)) + bytes(900_000), "damaged JKS"),
    "DER that lies deep": (b"\x30\x80" * 400_000, "cut"),
    "DER of 4 GiB": (b"\x30\x84\xff\xff\xff\xff", "cut"),
    "name without end": (sequence(sequence(tlv(6, b"\xff" * 500_000)), tlv(4, bytes(8))), "cannot be opened"),
}  # fmt: skip


@pytest.mark.parametrize("kind", GREEDY)
def test_a_file_that_asks_for_too_much_is_refused(kind, monkeypatch):
    """With a reason, a remedy, a moment of work here, and no more of a child's than its limit."""
    monkeypatch.setattr(opening, "SECONDS", 1)
    content, why = GREEDY[kind]
    begun, of_children = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(UnusableCertificateFile, match=why) as caught:
        parse_certificate_file(content, identity=CertificateId("x"), name="given.file", password=SecretStr(PASSWORD))
    assert time.process_time() - begun < ENOUGH
    assert caught.value.remedy
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - of_children.ru_utime < 1 + ENOUGH
    # a child counts with the memory of this process until it runs its program, and one of another test may be larger
    others = max(of_children.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert after.ru_maxrss <= max(others, opening.MEMORY >> 10)


def test_a_large_key_is_read():
    """In PEM and JKS at once: that the numbers fit is enough. In PKCS#12 a child looks whether factors are primes."""
    key = load_pem_private_key(
        Path(__file__).with_name("rsa-8192.pem").read_bytes(), None, unsafe_skip_rsa_key_validation=True
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "large")])
    now = datetime.now(UTC)
    plain = x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=1))
    content = plain.sign(key, SHA256()).public_bytes(Encoding.PEM) + pem(
        b"PRIVATE KEY", key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    begun = time.process_time()
    parsed = parse_certificate_file(content, identity=CertificateId("x"), name="given.file")
    for written in (to_pkcs12(parsed, SecretStr(PASSWORD)), to_jks(parsed, SecretStr(PASSWORD))):
        again = parse_certificate_file(
            written, identity=CertificateId("x"), name="given.file", password=SecretStr(PASSWORD)
        )
        assert again == parsed
    assert time.process_time() - begun < ENOUGH
    assert (parsed.facts.key_bits, parsed.facts.has_key) == (8192, True)


def test_more_certificates_than_a_chain_has_are_refused():
    """Every two of them would be held against each other."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "same")])
    now = datetime.now(UTC)
    plain = x509.CertificateBuilder(subject, subject, key.public_key(), None, now, now + timedelta(days=1))
    made = [plain.serial_number(n).sign(key, SHA256()).public_bytes(Encoding.PEM) for n in range(1, 22)]
    with pytest.raises(UnusableCertificateFile, match="more than 20"):
        parse_certificate_file(b"".join(made), identity=CertificateId("x"), name="given.file")
    begun = time.process_time()
    with pytest.raises(UnusableCertificateFile, match="0 certificates that could be"):
        parse_certificate_file(b"".join(made[:20]), identity=CertificateId("x"), name="given.file")
    assert time.process_time() - begun < ENOUGH


def test_many_encrypted_keys_are_refused_before_one_is_opened():
    """Each might take as long as a whole file."""
    content = pem(b"ENCRYPTED PRIVATE KEY", sequence(by_pbkdf2(HUGE), tlv(4, bytes(64))))
    begun = time.monotonic()
    with pytest.raises(UnusableCertificateFile, match="more than 2 encrypted keys"):
        parse_certificate_file(content * 3 + content, identity=CertificateId("x"), name="given.file")
    assert time.monotonic() - begun < ENOUGH


def test_a_file_does_not_wait_for_long_behind_others(monkeypatch):
    """Two are opened at once; a third one is refused after some seconds, and holds no thread for longer."""
    monkeypatch.setattr(opening, "_QUEUES", 0.1)
    with (
        opening._AT_ONCE,
        opening._AT_ONCE,
        pytest.raises(UnusableCertificateFile, match="being opened now") as caught,
    ):
        opening.open_encrypted("pkcs12", b"", None, "given.file")
    assert "in a minute" in caught.value.remedy


@pytest.mark.parametrize("ends", ["fails", "never"])
def test_a_library_that_fails_is_an_unusable_file(ends, monkeypatch, tmp_path):
    """A child that ends without an answer, or not at all, is a refusal with a remedy."""
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit(1)" if ends == "fails" else "import time; time.sleep(60)")
    monkeypatch.setattr(opening, "_CHILD", child)
    monkeypatch.setattr(opening, "_WAIT", 30 if ends == "fails" else 0.5)
    with pytest.raises(UnusableCertificateFile, match="library that reads it fails" if ends == "fails" else LIMIT):
        opening.open_encrypted("pkcs12", b"", None, "given.file")


def test_a_child_inherits_nothing(monkeypatch, tmp_path):
    """Neither the environment with its secrets nor modules from the folder it runs in reach the child."""
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    child = tmp_path / "child.py"
    child.write_text("import os, json; print(json.dumps({'unknown_scheme': ','.join(os.environ) or 'none'}))")
    monkeypatch.setattr(opening, "_CHILD", child)
    with pytest.raises(UnusableCertificateFile, match=r"unknown \((none|LC_CTYPE)\)"):
        opening.open_encrypted("key", b"", None, "given.file")
