"""Reading PKCS#12 files (RFC 7292).

They are taken apart here and not by the library, which does whatever a file asks for: rounds of its password without a
limit, also hidden under a first encryption, and a search for primes in its RSA key.
"""

import hmac

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from certificates.der import FIELD, INTEGER, Element, only_element
from certificates.errors import UnusableCertificateFile
from certificates.password_encryption import Password, TooExpensiveError, UnknownSchemeError, WrongPasswordError
from certificates.private_key import open_encrypted_key, read_key, too_expensive, unknown_scheme

_DATA, _SIGNED, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.6"
_BAG = "1.2.840.113549.1.12.10.1."
_KEY, _SHROUDED_KEY, _CERTIFICATE, _BAGS = _BAG + "1", _BAG + "2", _BAG + "3", _BAG + "6"
_X509 = "1.2.840.113549.1.9.22.1"
_MOST_BAGS = 200
_DEEPEST = 3
_PIECE = 0x80


def is_pkcs12(file: Element) -> bool:
    """Whether an element is a PKCS#12 file, by its version."""
    return file.content[:3] == bytes([INTEGER, 1, 3])


def read_pkcs12(file: Element, name: str, password: str | None) -> tuple[list[bytes], list[PrivateKeyTypes]]:
    """The certificates in DER and the keys of a PKCS#12 file, in its order.

    Raises:
        UnusableCertificateFile: when it cannot be opened, with what to do.
    """
    try:
        # without a password there are two empty ones, and which one a file has depends on what wrote it
        tries = [Password(password)] if password else [Password(""), Password("", typed=False)]
        opened = next((bags for bags in (_open(file, each) for each in tries) if bags is not None), None)
    except TooExpensiveError as error:
        raise too_expensive(name, error) from error
    except UnknownSchemeError as error:
        raise unknown_scheme(name, error) from error
    except WrongPasswordError:
        opened = None
    except (ValueError, IndexError) as error:
        raise UnusableCertificateFile(name, "is a damaged PKCS#12 file", "export it again") from error
    if opened is None:
        todo = "check it" if password else "give the password that the file was exported with"
        raise UnusableCertificateFile(name, "is a PKCS#12 file that this password does not open", todo)
    return opened.certificates, [read_key(key, name) for key in opened.keys]


class _Bags:
    """What the bags of a file hold."""

    def __init__(self, password: Password) -> None:
        self._password = password
        self._count = 0
        self.certificates: list[bytes] = []
        self.keys: list[bytes] = []

    def add(self, contents: bytes, depth: int = 0) -> None:
        """Take what is in the bags of `contents`."""
        for bag in only_element(contents).parts():
            self._count += 1
            if self._count > _MOST_BAGS or depth > _DEEPEST:
                raise TooExpensiveError(f"it has more than {_MOST_BAGS} parts, or they lie too deep")
            kind, value = bag.parts()[:2]
            self._add_one(kind.object_id(), value.must_be(FIELD), depth)

    def _add_one(self, kind: str, value: Element, depth: int) -> None:
        if kind == _KEY:
            self.keys.append(value.content)
        elif kind == _SHROUDED_KEY:
            self.keys.append(open_encrypted_key(only_element(value.content), self._password))
        elif kind == _BAGS:
            self.add(value.content, depth + 1)
        elif kind == _CERTIFICATE:
            form, encoded = only_element(value.content).parts()
            if form.object_id() == _X509:
                self.certificates.append(only_element(encoded.must_be(FIELD).content).octets())


def _open(file: Element, password: Password) -> _Bags | None:
    """The bags; None when the password is another one."""
    _, sealed, *check = file.parts()
    safes = _content(sealed, _DATA)
    if check:
        written, due = password.mac(check[0], safes)
        if not hmac.compare_digest(written, due):
            return None
    bags = _Bags(password)
    for safe in only_element(safes).parts():
        kind = safe.parts()[0].object_id()
        if kind == _DATA:
            bags.add(_content(safe, _DATA))
        elif kind == _ENCRYPTED:
            bags.add(_decrypted(safe, password))
        else:
            raise UnknownSchemeError(kind)
    return bags


def _content(info: Element, wanted: str) -> bytes:
    kind, value = info.parts()[:2]
    if kind.object_id() != wanted:
        raise UnknownSchemeError(kind.object_id())  # signed instead of checked by a password
    return only_element(value.must_be(FIELD).content).octets()


def _decrypted(info: Element, password: Password) -> bytes:
    field = info.parts()[1].must_be(FIELD)
    _, encrypted = only_element(field.content).parts()[:2]
    _, algorithm, ciphertext = encrypted.parts()[:3]
    return password.decrypt(algorithm, ciphertext.octets(_PIECE))
