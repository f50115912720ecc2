"""Reading JKS keystores.

The keys in them are opened here and not by the library that reads the store: Java leaves out the (empty) parameters of
the key's algorithm, and the library stumbles over that, so it could read no keystore that keytool made.
"""

import jks
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key
from jks import sun_crypto

from sepm.errors import UnusableCertificateFile

_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_SEQUENCE, _OCTETS, _OBJECT = 0x30, 0x04, 0x06
_SUN_PROTECTOR = bytes.fromhex("2b060104012a02110101")  # 1.3.6.1.4.1.42.2.17.1.1
_SHORT_FORM = 0x80


def is_java_keystore(content: bytes) -> bool:
    """Whether a file is a JKS or JCEKS keystore, by its first bytes."""
    return content[:4] in (_JKS, _JCEKS)


def read_java_keystore(
    content: bytes, name: str, password: str | None
) -> tuple[list[x509.Certificate], list[PrivateKeyTypes]]:
    """The certificates, those of keys first, and the keys of a JKS keystore.

    Raises:
        UnusableCertificateFile: when it cannot be opened, with what to do.
    """
    if content[:4] == _JCEKS:
        raise UnusableCertificateFile(
            name,
            "is a JCEKS keystore: SEPM takes it only from its own Java version (TECH161487)",
            "convert it: keytool -importkeystore -deststoretype JKS",
        )
    if not password:
        raise UnusableCertificateFile(name, "is a JKS keystore and needs a password", "give the keystore's password")
    try:
        store = jks.KeyStore.loads(content, password, try_decrypt_keys=False)
    except jks.KeystoreSignatureException as error:
        raise UnusableCertificateFile(
            name, "is a JKS keystore that this password does not open", "check the password, then the file"
        ) from error
    except jks.KeystoreException as error:
        raise UnusableCertificateFile(name, "is a damaged JKS keystore", "export it again") from error
    entries = list(store.private_keys.values())
    encoded = [der for entry in entries for _, der in entry.cert_chain]
    encoded += [entry.cert for entry in store.certs.values()]
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in encoded]
    except ValueError as error:
        raise UnusableCertificateFile(name, "holds a damaged certificate", "export it again") from error
    return certificates, [_key(entry, name, password) for entry in entries]


def _key(entry: jks.PrivateKeyEntry, name: str, password: str) -> PrivateKeyTypes:
    protected: bytes = entry._encrypted  # noqa: SLF001 - not readable otherwise, see above
    try:
        plain = sun_crypto.jks_pkey_decrypt(_ciphertext(protected), password)
        return load_der_private_key(plain, None)
    except jks.KeystoreException as error:
        raise UnusableCertificateFile(
            name,
            f"its key entry {entry.alias!r} has another password than the keystore",
            "give both the same password (keytool -keypasswd): SEPM asks for one",
        ) from error
    except (ValueError, IndexError, UnsupportedAlgorithm) as error:
        raise UnusableCertificateFile(name, "holds a damaged private key", "export it again") from error


def _ciphertext(protected: bytes) -> bytes:
    """What is encrypted in SEQUENCE { SEQUENCE { algorithm, parameters? }, OCTET STRING }."""
    whole, _ = _element(protected, _SEQUENCE)
    algorithm, rest = _element(whole, _SEQUENCE)
    identifier, _ = _element(algorithm, _OBJECT)
    if identifier != _SUN_PROTECTOR:
        raise ValueError("the key is protected by an algorithm that no JKS keystore has")
    return _element(rest, _OCTETS)[0]


def _element(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first DER element, and what follows it."""
    if der[0] != tag:
        raise ValueError(f"DER element {der[0]:#x} where {tag:#x} was due")
    length, start = der[1], 2
    if length >= _SHORT_FORM:
        start += length - _SHORT_FORM
        length = int.from_bytes(der[2:start], "big")
    if start + length > len(der):
        raise ValueError("a DER element is cut")
    return der[start : start + length], der[start + length :]
