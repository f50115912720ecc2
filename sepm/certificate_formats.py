"""What lies in a certificate file of each format, before anything is concluded from it."""

import re
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from sepm.errors import UnusableCertificateFile
from sepm.java_keystore import is_java_keystore, read_java_keystore

_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Contents:
    """The certificates and keys of a file, in its order."""

    certificates: list[x509.Certificate]
    keys: list[PrivateKeyTypes] = field(default_factory=list, repr=False)


def read_contents(content: bytes, name: str, password: str | None) -> Contents:
    """Everything in a file.

    Raises:
        UnusableCertificateFile: when it cannot be read, with what to do.
    """
    if len(content) > _LARGEST:
        raise UnusableCertificateFile(name, "is larger than 1 MiB", "give the certificate file, not an archive")
    if is_java_keystore(content):
        certificates, keys = read_java_keystore(content, name, password)
        return Contents(certificates, keys)
    if b"-----BEGIN " in content:
        return _from_pem(content, name, password)
    return _from_der(content, name, password)


def _from_pem(content: bytes, name: str, password: str | None) -> Contents:
    certificates: list[x509.Certificate] = []
    keys: list[PrivateKeyTypes] = []
    for block in _PEM_BLOCK.finditer(content):
        label = block.group(1)
        if label in (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"):
            certificates.append(_pem_certificate(block.group(), name))
        elif label.endswith(b"PRIVATE KEY"):
            keys.append(_pem_key(block.group(), name, password))
    return Contents(certificates, keys)


def _pem_certificate(block: bytes, name: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(block)
    except ValueError as error:
        raise UnusableCertificateFile(
            name, "holds a damaged certificate", "export it again; it may be cut or in another encoding"
        ) from error


def _pem_key(block: bytes, name: str, password: str | None) -> PrivateKeyTypes:
    encrypted = b"ENCRYPTED" in block
    if encrypted and not password:
        raise UnusableCertificateFile(name, "its private key is encrypted", "give the key's password")
    try:
        return load_pem_private_key(block, password.encode() if encrypted and password else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # a wrong password and a damaged key look alike here: one decrypts to nonsense
        what = "its private key cannot be opened" if encrypted else "holds a damaged private key"
        todo = "check the password, then the file" if encrypted else "export the key again, as PKCS#8 or PKCS#1"
        raise UnusableCertificateFile(name, what, todo) from error


def _from_der(content: bytes, name: str, password: str | None) -> Contents:
    try:
        return Contents([x509.load_der_x509_certificate(content)])
    except ValueError:
        pass
    try:
        bundle = load_pkcs12(content, password.encode() if password is not None else None)
    except UnsupportedAlgorithm as error:
        raise UnusableCertificateFile(
            name, "is a PKCS#12 file with an encryption that is too old or unknown", "export it again with AES-256"
        ) from error
    except ValueError as error:
        raise _unopened(content, name, error, given=password is not None) from error
    certificates = [bundle.cert.certificate] if bundle.cert else []
    certificates += [extra.certificate for extra in bundle.additional_certs]
    return Contents(certificates, [bundle.key] if bundle.key else [])


def _unopened(content: bytes, name: str, error: ValueError, *, given: bool) -> UnusableCertificateFile:
    if "password" in str(error).lower() and content[:1] == b"\x30":
        todo = "check it" if given else "give the password that the file was exported with"
        return UnusableCertificateFile(name, "is a PKCS#12 file that this password does not open", todo)
    return UnusableCertificateFile(
        name,
        "is no certificate file that is known here",
        "give PEM, DER, PKCS#12 (.pfx, .p12) or JKS, with the private key where there is one",
    )
