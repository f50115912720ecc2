"""Server certificates: real, self-signed, and the same for the same seed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

_LIFE = timedelta(days=3650)


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
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    drawn_from = f"{seed}/{key.public_key().public_numbers().n}/{name}/{not_before}"
    digest = hashlib.sha256(drawn_from.encode()).digest()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(digest[:16], "big") >> 1 | 1)
        .not_valid_before(not_before)
        .not_valid_after(not_before + life)
        .add_extension(x509.SubjectAlternativeName(_names(name, address)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Credential(key, certificate)


def _names(name: str, address: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    try:
        names.append(x509.IPAddress(ip_address(address)))
    except ValueError:
        names += [x509.DNSName(address)] if address not in {"", name} else []
    return names
