"""Server certificates: real, self-signed or of an authority, and the same for the same seed."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.certificates.keys import pool_key
from emulator.instants import to_ms

_LIFE = timedelta(days=3650)
_FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)
_AUTHORITYS_KEY = 99
"""Of the pool: no server of a site comes so far."""


@dataclass(frozen=True)
class Credential:
    """A certificate with its private key."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @cached_property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @cached_property
    def certificate_pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @cached_property
    def key_pem(self) -> bytes:
        """The private key in PEM, without a password."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @cached_property
    def authority(self) -> str:
        """The name of the authority that issued it; empty where it is self-signed."""
        issuer = self.certificate.issuer
        return "" if issuer == self.certificate.subject else issuer.rfc4514_string()

    @cached_property
    def valid_ms(self) -> tuple[int, int]:
        """From when to when it is valid, in epoch milliseconds."""
        return to_ms(self.certificate.not_valid_before_utc), to_ms(self.certificate.not_valid_after_utc)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in lower case hex."""
        return hashlib.sha256(self.der).hexdigest()

    def sign(self, content: bytes) -> bytes:
        """Sign a policy file."""
        return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())


def verifies(certificate: x509.Certificate, content: bytes, signature: bytes) -> bool:
    """Whether the key in `certificate` made that signature."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def self_signed(
    key: rsa.RSAPrivateKey,
    name: str,
    not_before: datetime,
    *,
    life: timedelta = _LIFE,
    address: str = "",
    seed: int = 0,
) -> Credential:
    """A self-signed certificate as SEPM makes them: SHA-256, the server's name in CN and SAN, its address in SAN.

    Its serial number comes from key, name, time and `seed`: sites that share a key have certificates of their own.
    """
    subject = _named(name)
    certificate = (
        _begun(key, name, not_before, life, seed)
        .issuer_name(subject)
        .add_extension(x509.SubjectAlternativeName(_names(name, address)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Credential(key, certificate)


def issued(
    key: rsa.RSAPrivateKey, name: str, not_before: datetime, *, authority: str, address: str = "", seed: int = 0
) -> Credential:
    """A server's certificate of an authority, which is the same for the same name."""
    issuer = authority_of(authority)
    certificate = (
        _begun(key, name, not_before, _LIFE, seed)
        .issuer_name(issuer.certificate.subject)
        .add_extension(x509.SubjectAlternativeName(_names(name, address)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Credential(key, certificate)


@cache
def authority_of(name: str) -> Credential:
    """The authority of that name, with its root certificate."""
    return self_signed(pool_key(_AUTHORITYS_KEY), name, _FOUNDED, life=2 * _LIFE)


def _begun(
    key: rsa.RSAPrivateKey, name: str, not_before: datetime, life: timedelta, seed: int
) -> x509.CertificateBuilder:
    drawn_from = f"{seed}/{key.public_key().public_numbers().n}/{name}/{not_before}"
    digest = hashlib.sha256(drawn_from.encode()).digest()
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .public_key(key.public_key())
        .serial_number(int.from_bytes(digest[:16], "big") >> 1 | 1)
        .not_valid_before(not_before)
        .not_valid_after(not_before + life)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _names(name: str, address: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    try:
        names.append(x509.IPAddress(ip_address(address)))
    except ValueError:
        names += [x509.DNSName(address)] if address not in {"", name} else []
    return names
