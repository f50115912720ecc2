"""What lies in a certificate file of each format, before anything is concluded from it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from certificates.der import FIELD, SEQUENCE, DerError, Element, first_element, only_element
from certificates.errors import UnusableCertificateFile
from certificates.java_keystore import is_java_keystore, read_java_keystore
from certificates.parsed_certificate import UNREADABLE
from certificates.pem import Block, PemError, as_bytes, blocks
from certificates.private_key import (
    MOST_BITS,
    is_encrypted_key,
    is_pkcs12,
    is_private_key,
    read_encrypted_key,
    read_key,
    read_pkcs12,
)

_LARGEST = 1 << 20
_LARGEST_CERTIFICATE = 64 << 10
_MOST = 20
"""No chain is as long; every two certificates of a file are held against each other."""

_MOST_SEALED = 2
"""Each encrypted key may take its 10 s of work to open."""

_CERTIFICATES = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
_KEYS = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"}
_OLD_ENCRYPTION = re.compile(
    rb"^DEK-Info: (AES-(128|192|256)-CBC,[0-9A-Fa-f]{32}|DES-EDE3-CBC,[0-9A-Fa-f]{16})$", re.MULTILINE
)
"""With a vector of the right length: the library does not look, and breaks down."""
_SIGNED_DATA = "1.2.840.113549.1.7.2"


@dataclass(frozen=True)
class Contents:
    """The certificates and keys of a file, in its order."""

    certificates: list[x509.Certificate]
    keys: list[PrivateKeyTypes] = field(default_factory=list, repr=False)

    def __add__(self, other: "Contents") -> "Contents":
        return Contents(self.certificates + other.certificates, self.keys + other.keys)


def read_contents(content: bytes, name: str, password: str | None) -> Contents:
    """Everything in a file.

    Raises:
        UnusableCertificateFile: when it cannot be read, with what to do.
    """
    if len(content) > _LARGEST:
        raise UnusableCertificateFile(name, "is larger than 1 MiB", "give the certificate file, not an archive")
    content = as_bytes(content)
    if is_java_keystore(content):
        encoded, keys = read_java_keystore(content, name, password)
        return Contents(_certificates(encoded, name), keys)
    if b"-----BEGIN " in content:
        return _from_pem(content, name, password)
    return _from_der(content, name, password)


def _from_pem(content: bytes, name: str, password: str | None) -> Contents:
    encoded: list[bytes] = []
    keys: list[PrivateKeyTypes] = []
    if content.count(b"-----BEGIN ENCRYPTED PRIVATE KEY") > _MOST_SEALED:
        raise UnusableCertificateFile(
            name, f"holds more than {_MOST_SEALED} encrypted keys", "leave the server's own key in the file"
        )
    try:
        for block in blocks(content):
            if block.label in _CERTIFICATES:
                # what follows in a TRUSTED CERTIFICATE is OpenSSL's own
                encoded.append(first_element(block.content).whole)
            elif block.label == "PKCS7":
                encoded += _signed_data(only_element(block.content))
            elif block.label.endswith("PRIVATE KEY"):
                keys.append(_pem_key(block, name, password))
            if max(len(encoded), len(keys)) > _MOST:
                break
    except PemError as error:
        raise _damaged(name, str(error)) from error
    except ValueError as error:
        raise _damaged(name, "a block is cut") from error
    return Contents(_certificates(encoded, name), keys)


def _pem_key(block: Block, name: str, password: str | None) -> PrivateKeyTypes:
    if block.label == "ENCRYPTED PRIVATE KEY":
        return read_encrypted_key(block.content, name, password)
    if block.label not in _KEYS:
        raise UnusableCertificateFile(
            name, f"holds a key of the kind {block.label}", "convert it: openssl pkey, or ssh-keygen -p -m PKCS8"
        )
    if not block.headers:
        return read_key(block.content, name)
    if not password:
        raise UnusableCertificateFile(name, "its private key is encrypted", "give the key's password")
    if block.headers.count(b"DEK-Info") != 1 or not _OLD_ENCRYPTION.search(block.headers):
        raise UnusableCertificateFile(
            name, "its private key is encrypted in an old or damaged way", "encrypt it again: openssl pkcs8 -topk8"
        )
    try:
        # OpenSSL's old way: one round of MD5, so it costs nothing, and protects as much
        key = load_pem_private_key(block.text(), password.encode(), unsafe_skip_rsa_key_validation=True)
        return read_key(_encoded(key), name)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableCertificateFile(
            name, "its private key cannot be opened", "check the password, then the file"
        ) from error


def _encoded(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _from_der(content: bytes, name: str, password: str | None) -> Contents:
    try:
        file = only_element(content.rstrip(b"\r\n") if content[-2:] == b"\r\n" else content)
        if is_pkcs12(file):
            encoded, keys = read_pkcs12(file.whole, name, password)
            return Contents(_certificates(encoded, name), keys)
        if is_private_key(file):
            return Contents([], [read_key(content, name)])
        if is_encrypted_key(file):
            return Contents([], [read_encrypted_key(content, name, password)])
        if file.parts()[0].tag == SEQUENCE:
            return Contents(_certificates([file.whole], name))
        return Contents(_certificates(_signed_data(file), name))
    except (ValueError, IndexError) as error:
        raise UnusableCertificateFile(
            name,
            "is no certificate file that is known here, or is cut",
            "give PEM, DER, PKCS#12 (.pfx, .p12) or JKS, with the private key where there is one",
        ) from error


def _signed_data(info: Element) -> list[bytes]:
    """The certificates of a PKCS#7 file, as authorities send chains."""
    kind, *value = info.parts()
    if kind.object_id() != _SIGNED_DATA or not value:
        raise DerError("no signed data")
    fields = only_element(value[0].must_be(FIELD).content).parts()
    return [each.whole for part in fields if part.tag == FIELD for each in part.parts(FIELD)]


def _certificates(encoded: Iterable[bytes], name: str) -> list[x509.Certificate]:
    ders = list(dict.fromkeys(encoded))
    if len(ders) > _MOST:
        raise UnusableCertificateFile(
            name, f"holds more than {_MOST} certificates", "leave the server's certificate and its issuers in the file"
        )
    return [_certificate(der, name) for der in ders]


def _certificate(der: bytes, name: str) -> x509.Certificate:
    if len(der) > _LARGEST_CERTIFICATE:
        raise UnusableCertificateFile(
            name, f"holds a certificate of {len(der):,} bytes", "ask for one with fewer names: 64 KiB is the limit"
        )
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        # what is read late by the library must be readable too
        _ = (certificate.subject, certificate.issuer, certificate.extensions, certificate.not_valid_after_utc)
    except UnsupportedAlgorithm as error:
        raise UnusableCertificateFile(name, "holds a certificate with a key of an unknown kind", "use RSA") from error
    except UNREADABLE as error:
        raise _damaged(name, "it cannot be read") from error
    if isinstance(key, RSAPublicKey) and key.key_size > MOST_BITS:
        raise UnusableCertificateFile(
            name, f"holds a certificate with an RSA key of {key.key_size:,} bits", "use an RSA key of 2048 bits"
        )
    return certificate


def _damaged(name: str, why: str) -> UnusableCertificateFile:
    return UnusableCertificateFile(
        name, f"holds a damaged certificate or key: {why}", "export it again; it may be cut or in another encoding"
    )
