"""Private keys out of files: opened, bounded, and checked to be whole."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key

from certificates.der import INTEGER, OCTETS, SEQUENCE, DerError, Element, only_element
from certificates.errors import UnusableCertificateFile
from certificates.opening import open_encrypted

MOST_BITS = 16384
"""No library checks a signature of a larger RSA key."""
_LARGEST = 64 << 10
_DIFFIE_HELLMAN = frozenset({"1.2.840.113549.1.3.1", "1.2.840.10046.2.1"})


def is_pkcs12(file: Element) -> bool:
    """Whether an element is a PKCS#12 file, by its version."""
    return file.content[:3] == bytes([INTEGER, 1, 3])


def is_private_key(der: Element) -> bool:
    """Whether an element is a private key that is not encrypted, by its first parts."""
    return der.tag == SEQUENCE and der.content[:1] == bytes([INTEGER]) and not is_pkcs12(der)


def is_encrypted_key(der: Element) -> bool:
    """Whether an element has the form of an encrypted PKCS#8 key."""
    try:
        return [part.tag for part in der.parts()] == [SEQUENCE, OCTETS]
    except DerError:
        return False


def read_key(der: bytes, name: str) -> PrivateKeyTypes:
    """The key in DER: PKCS#8, PKCS#1 or SEC 1.

    The library's own check of an RSA key looks whether its factors are primes, which takes a minute for 8192 bits. What
    is checked here is that the numbers belong together, so that the key does sign for its public half.

    Raises:
        UnusableCertificateFile: when it is damaged, too large, or of no known kind.
    """
    if len(der) > _LARGEST:
        raise _too_large(name, f"holds a private key of {len(der):,} bytes")
    try:
        _refuse_other_uses(der)
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm as error:
        raise UnusableCertificateFile(name, "its private key is of an unknown kind", "use an RSA key") from error
    except (ValueError, TypeError, IndexError) as error:
        raise _damaged(name) from error
    if not hasattr(key, "sign"):
        raise UnusableCertificateFile(name, "its private key is of a kind that signs nothing", "use an RSA key")
    if isinstance(key, RSAPrivateKey):
        if key.key_size > MOST_BITS:
            raise _too_large(name, f"holds an RSA key of {key.key_size:,} bits")
        if not _belongs_together(key):
            raise _damaged(name)
    return key


def read_encrypted_key(der: bytes, name: str, password: str | None) -> PrivateKeyTypes:
    """The key in an encrypted PKCS#8 structure.

    Raises:
        UnusableCertificateFile: as `read_key`, and when the password does not open it or costs too much.
    """
    if not password:
        raise UnusableCertificateFile(name, "its private key is encrypted", "give the key's password")
    opened = open_encrypted("key", der, password, name)
    if opened is None or opened.key is None:
        raise UnusableCertificateFile(name, "its private key cannot be opened", "check the password, then the file")
    return read_key(opened.key, name)


def read_pkcs12(content: bytes, name: str, password: str | None) -> tuple[Sequence[bytes], list[PrivateKeyTypes]]:
    """The certificates in DER, that of the key first, and the key of a PKCS#12 file.

    Raises:
        UnusableCertificateFile: when it cannot be opened, with what to do.
    """
    opened = open_encrypted("pkcs12", content, password or None, name)
    if opened is None:
        todo = "check it, then the file" if password else "give the password that the file was exported with"
        raise UnusableCertificateFile(name, "is a PKCS#12 file that this password does not open", todo)
    if opened.key is None:
        return opened.certificates, []
    if strangers := _of_other_entries(opened.certificates):
        # the library gives one key, and not whether there are others: the file may hold several entries
        raise UnusableCertificateFile(
            name,
            f"holds {1 + strangers} certificates that could be the server's",
            "export one entry (keytool -importkeystore -srcalias NAME, or openssl pkcs12) into a file of its own",
        )
    return opened.certificates, [read_key(opened.key, name)]


def _of_other_entries(encoded: Sequence[bytes]) -> int:
    """How many certificates beside the key's own are no authority's, and have issued none of the file."""
    try:
        own, *others = (x509.load_der_x509_certificate(each) for each in encoded)
        every = (own, *others)
        return sum(
            not _is_authority(each) and all(each.subject != other.issuer for other in every if other is not each)
            for each in others
        )
    except ValueError:
        return 0  # what cannot be read is named by those who read it


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _refuse_other_uses(der: bytes) -> None:
    """Keys for key agreement are no server's, and the library warns of some."""
    parts = only_element(der).parts()
    if len(parts) > 1 and parts[1].tag == SEQUENCE and parts[1].parts()[0].object_id() in _DIFFIE_HELLMAN:
        raise UnsupportedAlgorithm("Diffie-Hellman")


def _belongs_together(key: RSAPrivateKey) -> bool:
    numbers = key.private_numbers()
    p, q, d, public = numbers.p, numbers.q, numbers.d, numbers.public_numbers
    if min(p, q, d) <= 1 or public.e <= 1 or p * q != public.n:
        return False
    return (
        d * public.e % (p - 1) == 1
        and d * public.e % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and numbers.iqmp * q % p == 1
    )


def _damaged(name: str) -> UnusableCertificateFile:
    return UnusableCertificateFile(name, "holds a damaged private key", "export the key again, as PKCS#8 or PKCS#1")


def _too_large(name: str, what: str) -> UnusableCertificateFile:
    return UnusableCertificateFile(name, what, "use an RSA key of 2048 bits: SEPM's own has as many")
