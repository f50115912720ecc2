"""A certificate with what belongs to it, as read from a file, and the facts of it."""

import hashlib
from datetime import UTC
from ipaddress import ip_address
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID
from pydantic import SecretStr

from certificates.fingerprint import fingerprint_of
from rotation.certificate import CertificateFacts, Chain, Named
from rotation.values import CertificateId, Fingerprint, Value

_RSA_SIGNATURES = {
    SignatureAlgorithmOID.RSA_WITH_MD5,
    SignatureAlgorithmOID.RSA_WITH_SHA1,
    SignatureAlgorithmOID.RSA_WITH_SHA224,
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
    SignatureAlgorithmOID.RSASSA_PSS,
}
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises, at once or when it is asked for more, at a certificate that it does not understand."""
_SERVER_USAGES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


class ParsedCertificate(Value):
    """What a certificate file held. The key is shown by no repr, dump or log."""

    facts: CertificateFacts
    certificate_pem: str
    chain_pem: str = ""
    """The issuers in order, the certificate's own issuer first; empty for a self-signed one."""
    key_pem: SecretStr | None = None
    """PKCS#8, unencrypted: the caller that stores it encrypts it."""


def facts_of(
    certificate: x509.Certificate, identity: CertificateId, *, has_key: bool, chain: Chain | None = None
) -> CertificateFacts:
    """The facts of a certificate under the id that the caller gave it.

    Raises:
        ValueError: when what it says of itself cannot be read.
    """
    key = certificate.public_key()
    algorithm, bits = _kind_of(key)
    signature = certificate.signature_algorithm_oid
    return CertificateFacts(
        **named(certificate).model_dump(),
        id=identity,
        fingerprint=fingerprint_of(certificate.public_bytes(Encoding.DER)),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=certificate.not_valid_before_utc.astimezone(UTC),
        not_after=certificate.not_valid_after_utc.astimezone(UTC),
        key_algorithm=algorithm,
        key_bits=bits,
        signature_algorithm=getattr(signature, "_name", signature.dotted_string),
        signature_is_rsa=signature in _RSA_SIGNATURES,
        signature_hash=_hash_of(certificate),
        is_ca=is_ca(certificate),
        may_sign=_may_sign(certificate),
        for_servers=_for_servers(certificate),
        chain=chain or Chain(),
        has_key=has_key,
    )


def named(certificate: x509.Certificate) -> Named:
    """The names and the public key of a certificate.

    Raises:
        ValueError: when its names or its key cannot be read.
    """
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Named(
        common_name=str(common[0].value) if common else "",
        names=names_of(certificate),
        public_key=public_key_of(certificate.public_key()),
    )


def is_ca(certificate: x509.Certificate) -> bool:
    """Whether it may issue others. One of the first version cannot tell, so it may not."""
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def public_key_of(key: CertificatePublicKeyTypes) -> Fingerprint:
    """SHA-256 of a public key."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Fingerprint(hashlib.sha256(spki).hexdigest())


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """DNS names and addresses of the subject alternative name, in its order."""
    found = _extension(certificate, x509.SubjectAlternativeName) or ()
    return tuple(str(name.value) for name in found if isinstance(name, x509.DNSName | x509.IPAddress))


def _hash_of(certificate: x509.Certificate) -> str:
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return used.name if used is not None else ""


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = _extension(certificate, x509.KeyUsage)
    return usage is None or usage.digital_signature


def _for_servers(certificate: x509.Certificate) -> bool:
    usages = _extension(certificate, x509.ExtendedKeyUsage)
    return usages is None or any(each in _SERVER_USAGES for each in usages)


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(f"its extensions cannot be read: {error}") from error


def as_names(texts: tuple[str, ...]) -> list[x509.GeneralName]:
    """Names as they go into a certificate: an address where the text is one, else a DNS name."""
    return [_as_name(text) for text in texts]


def _as_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _kind_of(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return "EC", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 448
        case _:
            return type(key).__name__.strip("_").removesuffix("PublicKey"), 0
