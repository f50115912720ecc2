"""Server certificates: real RSA keys and self-signed certificates, the same for the same seed."""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from ipaddress import ip_address
from itertools import count
from math import gcd

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
_EXPONENT = 65537
_LIFE = timedelta(days=3650)
_ROUNDS = 4
_SIEVE = tuple(n for n in range(3, 20000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))


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


@lru_cache(maxsize=256)
def seeded_key(seed: int, name: str) -> rsa.RSAPrivateKey:
    """An RSA key that depends on the seed and the name only. It protects nothing but an emulated site."""
    source = random.Random(f"{seed}/key/{name}")
    while True:
        p, q = _prime(source), _prime(source)
        totient = (p - 1) * (q - 1)
        if p != q and gcd(_EXPONENT, totient) == 1:
            break
    d = pow(_EXPONENT, -1, totient)
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    ).private_key()


def self_signed(
    key: rsa.RSAPrivateKey, name: str, not_before: datetime, *, life: timedelta = _LIFE, address: str = ""
) -> Credential:
    """A self-signed certificate as SEPM makes them: SHA-256, the server's name in CN and SAN, its address in SAN."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    digest = hashlib.sha256(f"{key.public_key().public_numbers().n}/{name}/{not_before}".encode()).digest()
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


def _prime(source: random.Random) -> int:
    # both top bits set, so that the product of two has the full length
    top = 0b11 << (KEY_BITS // 2 - 2)
    start = source.getrandbits(KEY_BITS // 2) | top | 1
    remainders = [start % small for small in _SIEVE]
    for step in count(0, 2):
        if all((rest + step) % small for rest, small in zip(remainders, _SIEVE, strict=True)) and _is_prime(
            start + step, source
        ):
            return start + step
    raise AssertionError  # count() does not end


def _is_prime(number: int, source: random.Random) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    for _ in range(_ROUNDS):
        power = pow(source.randrange(2, number - 1), odd, number)
        if power in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True
