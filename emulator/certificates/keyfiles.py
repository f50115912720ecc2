"""Certificate files as the certificate wizard reads them, with its refusals."""

from enum import StrEnum
from functools import lru_cache

import jks
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import SignatureAlgorithmOID

from emulator.certificates.certificates import Credential
from emulator.errors import CertificateFileError

_SIGNATURES = {
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
    SignatureAlgorithmOID.RSA_WITH_SHA1,
    SignatureAlgorithmOID.RSASSA_PSS,
}


class CertificateFormat(StrEnum):
    """Formats of the certificate wizard."""

    JKS = "JKS"
    PKCS12 = "PKCS12"
    PEM = "PEM"
    """Certificate and key, one after the other."""


@lru_cache(maxsize=64)
def read_certificate_file(content: bytes, form: CertificateFormat, password: str) -> Credential:
    """The certificate and key in a file. Kept: to check an RSA key takes longer than all else that a person does.

    Raises:
        CertificateFileError: The wizard refuses the file, in its own words.
    """
    readers = {
        CertificateFormat.JKS: _from_jks,
        CertificateFormat.PKCS12: _from_pkcs12,
        CertificateFormat.PEM: _from_pem,
    }
    try:
        key, certificate = readers[form](content, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateFileError("Invalid private key file") from error
    if not isinstance(key, rsa.RSAPrivateKey) or certificate.signature_algorithm_oid not in _SIGNATURES:
        raise CertificateFileError("Invalid certificate type, or invalid certificate signature algorithm")
    if certificate.public_key() != key.public_key():
        raise CertificateFileError("The private key does not match the certificate")
    return Credential(key, certificate)


def _from_jks(content: bytes, password: str) -> tuple[object, x509.Certificate]:
    try:
        store = jks.KeyStore.loads(content, password)
    except (jks.util.KeystoreException, ValueError) as error:
        raise CertificateFileError("Invalid keystore file") from error
    if store.store_type != "jks" or len(store.private_keys) != 1:
        raise CertificateFileError("Invalid keystore file")
    entry = next(iter(store.private_keys.values()))
    key = serialization.load_der_private_key(entry.pkey_pkcs8, None)
    return key, x509.load_der_x509_certificate(entry.cert_chain[0][1])


def _from_pkcs12(content: bytes, password: str) -> tuple[object, x509.Certificate]:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError as error:
        raise CertificateFileError("Invalid keystore file") from error
    if certificate is None:
        raise CertificateFileError("Invalid keystore file")
    return key, certificate


def _from_pem(content: bytes, password: str) -> tuple[object, x509.Certificate]:
    key = serialization.load_pem_private_key(content, password.encode() or None)
    return key, x509.load_pem_x509_certificate(content)
