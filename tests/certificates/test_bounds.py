"""A certificate file asks for its own work: what asks for too much is refused before any of it is done."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

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
    "check of PKCS#12": (pkcs12(mac_rounds=HUGE), "rounds"),
    "absurd count": (pkcs12(mac_rounds=1 << 4000), "more than 1,000,000,000,000 rounds"),
    "key in PKCS#12": (pkcs12(data(sequence(shrouded(by_pbkdf2(HUGE))))), "rounds"),
    "old key in PKCS#12": (pkcs12(data(sequence(shrouded(by_old_pkcs12(HUGE))))), "rounds"),
    "encrypted part of PKCS#12": (
        pkcs12(sequence(name("1.2.840.113549.1.7.6"), tlv(0xA0, sequence(number(0), sequence(
            name("1.2.840.113549.1.7.1"), by_pbkdf2(HUGE), tlv(0x80, bytes(64))))))),
        "rounds",
    ),
    "hidden in PKCS#12": (pkcs12(encrypted(sequence(shrouded(by_pbkdf2(HUGE))))), "rounds"),
    "many small ones": (pkcs12(*(encrypted(sequence(), 300_000) for _ in range(7))), "in all are the limit"),
    "many bags": (pkcs12(data(sequence(*(sequence(name("1.2.3"), tlv(0xA0)) for _ in range(300))))), "200 parts"),
    "salt": (pkcs12(data(sequence(shrouded(by_pbkdf2(1, bytes(5000)))))), "salt"),
    "encrypted PEM key": (pem(b"ENCRYPTED PRIVATE KEY", sequence(by_pbkdf2(HUGE), tlv(4, bytes(64)))), "rounds"),
    "encrypted DER key": (sequence(by_pbkdf2(HUGE), tlv(4, bytes(64))), "rounds"),
    "memory of scrypt": (
        pem(b"ENCRYPTED PRIVATE KEY", sequence(by_scrypt(1 << 24, 8, 1), tlv(4, bytes(64)))),
        "scrypt",
    ),
    "time of scrypt": (
        pem(b"ENCRYPTED PRIVATE KEY", sequence(by_scrypt(1 << 15, 8, 1 << 8), tlv(4, bytes(64)))),
        "rounds",
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
def test_a_file_that_asks_for_too_much_is_refused_at_once(kind):
    """Its own words, a remedy, and a moment of work, whatever the file promises."""
    content, why = GREEDY[kind]
    begun = time.process_time()
    with pytest.raises(UnusableCertificateFile, match=why) as caught:
        parse_certificate_file(content, identity=CertificateId("x"), name="given.file", password=SecretStr(PASSWORD))
    assert time.process_time() - begun < ENOUGH
    assert caught.value.remedy


def test_a_large_key_is_read_at_once():
    """The library looks for a minute whether the factors of 8192 bits are primes; that the numbers fit is enough."""
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
