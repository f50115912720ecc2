"""Reading JKS keystores.

The keys in them are opened here and not by the library that reads the store: Java leaves out the (empty) parameters of
the key's algorithm, and the library stumbles over that, so it could read no keystore that keytool made.
"""

import jks
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from jks import sun_crypto

from certificates.der import only_element
from certificates.errors import UnusableCertificateFile
from certificates.private_key import read_key

_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_SUN_PROTECTOR = "1.3.6.1.4.1.42.2.17.1.1"
_LARGEST_KEY = 64 << 10
_MOST_KEYS = 20


def is_java_keystore(content: bytes) -> bool:
    """Whether a file is a JKS or JCEKS keystore, by its first bytes."""
    return content[:4] in (_JKS, _JCEKS)


def read_java_keystore(content: bytes, name: str, password: str | None) -> tuple[list[bytes], list[PrivateKeyTypes]]:
    """The certificates in DER, those of keys first, and the keys of a JKS keystore.

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
    except (jks.KeystoreException, ValueError) as error:
        raise UnusableCertificateFile(name, "is a damaged JKS keystore", "export it again") from error
    entries = list(store.private_keys.values())
    if len(entries) > _MOST_KEYS:
        raise UnusableCertificateFile(
            name, f"holds {len(entries)} private keys", "export the server's entry (keytool -importkeystore -srcalias)"
        )
    encoded = [der for entry in entries for _, der in entry.cert_chain]
    encoded += [entry.cert for entry in store.certs.values()]
    return encoded, [_key(entry, name, password) for entry in entries]


def _key(entry: jks.PrivateKeyEntry, name: str, password: str) -> PrivateKeyTypes:
    protected: bytes = entry._encrypted  # noqa: SLF001 - not readable otherwise, see above
    if len(protected) > _LARGEST_KEY:
        raise UnusableCertificateFile(name, "holds a damaged private key", "export it again")
    try:
        plain = sun_crypto.jks_pkey_decrypt(_ciphertext(protected), password)
    except jks.KeystoreException as error:
        raise UnusableCertificateFile(
            name,
            f"its key entry {entry.alias!r} has another password than the keystore",
            "give both the same password (keytool -keypasswd): SEPM asks for one",
        ) from error
    except (ValueError, IndexError) as error:
        raise UnusableCertificateFile(name, "holds a damaged private key", "export it again") from error
    return read_key(plain, name)


def _ciphertext(protected: bytes) -> bytes:
    """What is encrypted in SEQUENCE { SEQUENCE { algorithm, parameters? }, OCTET STRING }."""
    algorithm, ciphertext = only_element(protected).parts()
    if algorithm.parts()[0].object_id() != _SUN_PROTECTOR:
        raise ValueError("the key is protected by an algorithm that no JKS keystore has")
    return ciphertext.octets()
