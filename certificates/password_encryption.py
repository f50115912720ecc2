"""Opening what is encrypted under a password: the schemes of PKCS#8 and PKCS#12, each with what it costs.

A file says itself how much work its password takes, and a few bytes may ask for hours. So the work is looked at before
any is done; the libraries that open such files have no limit.
"""

import hashlib
import hmac
from collections.abc import Callable

from Cryptodome.Cipher import AES, ARC2, DES3
from Cryptodome.Util.Padding import unpad
from jks import rfc7292

from certificates.der import OCTETS, SEQUENCE, DerError, Element

_MOST_ROUNDS = 2_000_000
"""For a whole file: a second or so. Of what is in use, NSS asks for the most: three times 600,000."""
_MOST_MEMORY = 64 << 20
_LONGEST_SALT = 1024
_BEYOND_WORDS = 10**12

_PBES2, _PBKDF2, _SCRYPT = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
_HMAC = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_DIGEST = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_Cipher = tuple[Callable[[bytes, bytes, bytes], bytes], int, int]
"""How to decrypt (key, initial vector, ciphertext); length of the key; length of a block."""


class TooExpensiveError(ValueError):
    """The file asks for more work than any honest one."""


class UnknownSchemeError(ValueError):
    """An encryption that is not known here."""


class WrongPasswordError(ValueError):
    """What was decrypted is not what was encrypted."""


def _aes(key: bytes, vector: bytes, ciphertext: bytes) -> bytes:
    return AES.new(key, AES.MODE_CBC, vector).decrypt(ciphertext)


def _des3(key: bytes, vector: bytes, ciphertext: bytes) -> bytes:
    return DES3.new(key, DES3.MODE_CBC, vector).decrypt(ciphertext)


def _rc2(key: bytes, vector: bytes, ciphertext: bytes) -> bytes:
    # the key of the old ones is short; that they protect little is no news
    old = ARC2.new(key, ARC2.MODE_CBC, vector, effective_keylen=8 * len(key))  # type: ignore[call-arg]  # noqa: S304
    return old.decrypt(ciphertext)


_OF_PBES2: dict[str, _Cipher] = {
    "2.16.840.1.101.3.4.1.2": (_aes, 16, 16),
    "2.16.840.1.101.3.4.1.22": (_aes, 24, 16),
    "2.16.840.1.101.3.4.1.42": (_aes, 32, 16),
    "1.2.840.113549.3.7": (_des3, 24, 8),
}
_OF_PKCS12: dict[str, _Cipher] = {
    "1.2.840.113549.1.12.1.3": (_des3, 24, 8),
    "1.2.840.113549.1.12.1.4": (_des3, 16, 8),
    "1.2.840.113549.1.12.1.5": (_rc2, 16, 8),
    "1.2.840.113549.1.12.1.6": (_rc2, 5, 8),
}
_FOR_KEY, _FOR_VECTOR, _FOR_MAC = 1, 2, 3


class Password:
    """A password, and how much work may still be done for the file that it opens."""

    def __init__(self, text: str, *, typed: bool = True) -> None:
        """A password; an empty one that was not `typed` is another one to PKCS#12 (RFC 7292, B.1)."""
        self._text = text
        self._in_pkcs12 = text or ("\0" if typed else "")
        self._left = _MOST_ROUNDS

    def decrypt(self, algorithm: Element, ciphertext: bytes) -> bytes:
        """What was encrypted, without its padding. A wrong password may also give nonsense.

        Raises:
            DerError: when the parameters are damaged.
            TooExpensiveError, UnknownSchemeError, WrongPasswordError: see there.
        """
        kind, parameters = _algorithm(algorithm)
        if kind == _PBES2:
            plain = self._by_pbes2(parameters, ciphertext)
        elif kind in _OF_PKCS12:
            plain = self._by_pkcs12(_OF_PKCS12[kind], parameters, ciphertext)
        else:
            raise UnknownSchemeError(kind)
        return plain

    def mac(self, mac_data: Element, content: bytes) -> tuple[bytes, bytes]:
        """The check of a PKCS#12 file as it is written there, and as it should be. RFC 7292, section 4; RFC 9579.

        Raises:
            DerError, TooExpensiveError, UnknownSchemeError: see there.
        """
        info, salt, *rounds = mac_data.parts()
        algorithm, written = info.parts()
        kind, parameters = _algorithm(algorithm)
        if kind == "1.2.840.113549.1.5.14":  # PBMAC1
            derivation, scheme = parameters.parts()
            digest = _named(_HMAC, _algorithm(scheme)[0])
            key = self._derived(derivation, hashlib.new(digest).digest_size)
        else:
            digest = _named(_DIGEST, kind)
            count = rounds[0].number() if rounds else 1
            size = hashlib.new(digest).digest_size
            key = self._pkcs12_key(digest, _FOR_MAC, salt.octets(), count, size)
        return written.octets(), hmac.digest(key, content, digest)

    def _by_pbes2(self, parameters: Element, ciphertext: bytes) -> bytes:
        derivation, encryption = parameters.parts()
        kind, vector = _algorithm(encryption)
        if kind not in _OF_PBES2:
            raise UnknownSchemeError(kind)
        cipher, key_size, block = _OF_PBES2[kind]
        return _opened(cipher, block, self._derived(derivation, key_size), vector.octets(), ciphertext)

    def _by_pkcs12(self, cipher: _Cipher, parameters: Element, ciphertext: bytes) -> bytes:
        salt, rounds = parameters.parts()
        decrypt, key_size, block = cipher
        key, vector = (
            self._pkcs12_key("sha1", purpose, salt.octets(), rounds.number(), size)
            for purpose, size in ((_FOR_KEY, key_size), (_FOR_VECTOR, block))
        )
        return _opened(decrypt, block, key, vector, ciphertext)

    def _derived(self, derivation: Element, size: int) -> bytes:
        kind, parameters = _algorithm(derivation)
        if kind == _SCRYPT:
            salt, *cost = parameters.parts()
            n, r, p = (part.number() for part in cost[:3])
            return self._by_scrypt(_short(salt.octets()), n, r, p, size)
        if kind != _PBKDF2:
            raise UnknownSchemeError(kind)
        salt, rounds, *rest = parameters.parts()
        # the length of the key may stand in between; it is the cipher's anyway
        function = next((part for part in rest if part.tag == SEQUENCE), None)
        digest = "sha1" if function is None else _named(_HMAC, _algorithm(function)[0])
        self._pay(rounds.number())
        return hashlib.pbkdf2_hmac(digest, self._text.encode(), _short(salt.octets()), rounds.number(), size)

    def _by_scrypt(self, salt: bytes, n: int, r: int, p: int, size: int) -> bytes:
        if min(n, r, p) < 1 or 128 * r * (n + p) > _MOST_MEMORY:
            raise TooExpensiveError(f"its password takes scrypt with N={_show(n)}, r={_show(r)}, p={_show(p)}")
        self._pay(n * r * p)
        return hashlib.scrypt(self._text.encode(), salt=salt, n=n, r=r, p=p, dklen=size, maxmem=2 * _MOST_MEMORY)

    def _pkcs12_key(self, digest: str, purpose: int, salt: bytes, rounds: int, size: int) -> bytes:
        self._pay(rounds)
        function = getattr(hashlib, digest)
        key: bytes = rfc7292.derive_key(function, purpose, self._in_pkcs12, _short(salt), rounds, size)
        return key

    def _pay(self, rounds: int) -> None:
        if rounds < 1:
            raise DerError("a password that takes no round")
        self._left -= rounds
        if self._left < 0:
            raise TooExpensiveError(f"its password takes {_show(rounds)} rounds; {_MOST_ROUNDS:,} in all are the limit")


def _opened(
    decrypt: Callable[[bytes, bytes, bytes], bytes], block: int, key: bytes, vector: bytes, ciphertext: bytes
) -> bytes:
    if len(vector) != block or not ciphertext or len(ciphertext) % block:
        raise DerError("something encrypted is cut")
    try:
        return unpad(decrypt(key, vector, ciphertext), block)
    except ValueError as error:
        raise WrongPasswordError("the padding is none") from error


def _algorithm(element: Element) -> tuple[str, Element]:
    """An algorithm's identifier and its parameters."""
    kind, *parameters = element.parts()
    return kind.object_id(), parameters[0] if parameters else Element(OCTETS, b"", b"")


def _named(table: dict[str, str], kind: str) -> str:
    if kind not in table:
        raise UnknownSchemeError(kind)
    return table[kind]


def _short(salt: bytes) -> bytes:
    if len(salt) > _LONGEST_SALT:
        raise TooExpensiveError(f"its salt has {len(salt):,} bytes")
    return salt


def _show(count: int) -> str:
    return f"{count:,}" if count < _BEYOND_WORDS else f"more than {_BEYOND_WORDS:,}"
