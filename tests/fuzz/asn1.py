"""Building DER and the formats made of it, piece by piece, the same bytes each time."""

import base64

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

PASSWORD = "open sesame"


def tlv(tag, *parts):
    """A DER element."""
    content = b"".join(parts)
    size = len(content)
    length = (
        bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes(
            (size.bit_length() + 7) // 8, "big"
        )
    )  # fmt: skip
    return bytes([tag]) + length + content


def sequence(*parts):
    """A SEQUENCE."""
    return tlv(0x30, *parts)


def number(value):
    """An INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def name(dotted):
    """An OBJECT IDENTIFIER."""
    return tlv(6, _arcs(dotted))


def _arcs(dotted):
    first, second, *others = (int(part) for part in dotted.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *others):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        out += bytes(reversed(septets))
    return bytes(out)


def by_pbkdf2(rounds, salt=b"saltsalt"):
    """PBES2 with AES-256 behind so many rounds of PBKDF2 with SHA-1."""
    derivation = sequence(name("1.2.840.113549.1.5.12"), sequence(tlv(4, salt), number(rounds)))
    cipher = sequence(name("2.16.840.1.101.3.4.1.42"), tlv(4, bytes(16)))
    return sequence(name("1.2.840.113549.1.5.13"), sequence(derivation, cipher))


def by_scrypt(n, r, p):
    """PBES2 with AES-256 behind scrypt."""
    derivation = sequence(
        name("1.3.6.1.4.1.11591.4.11"), sequence(tlv(4, b"saltsalt"), number(n), number(r), number(p))
    )
    cipher = sequence(name("2.16.840.1.101.3.4.1.42"), tlv(4, bytes(16)))
    return sequence(name("1.2.840.113549.1.5.13"), sequence(derivation, cipher))


def by_old_pkcs12(rounds):
    """The 3DES of old PKCS#12 files."""
    return sequence(name("1.2.840.113549.1.12.1.3"), sequence(tlv(4, b"saltsalt"), number(rounds)))


def data(content):
    """A ContentInfo of plain data."""
    return sequence(name("1.2.840.113549.1.7.1"), tlv(0xA0, tlv(4, content)))


def shrouded(algorithm):
    """A bag with an encrypted key."""
    return sequence(name("1.2.840.113549.1.12.10.1.2"), tlv(0xA0, sequence(algorithm, tlv(4, bytes(64)))))


def encrypted(content, rounds=1000):
    """A ContentInfo that is encrypted under the password."""
    key = PBKDF2HMAC(SHA1(), 32, b"saltsalt", rounds).derive(PASSWORD.encode())
    padder = PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    ciphertext = cipher.update(padder.update(content) + padder.finalize()) + cipher.finalize()
    info = sequence(name("1.2.840.113549.1.7.1"), by_pbkdf2(rounds), tlv(0x80, ciphertext))
    return sequence(name("1.2.840.113549.1.7.6"), tlv(0xA0, sequence(number(0), info)))


def pkcs12(*safes, mac_rounds=None):
    """A PKCS#12 file, with a check that takes so many rounds if any."""
    parts = [number(3), data(sequence(*safes))]
    if mac_rounds is not None:
        digest = sequence(sequence(name("1.3.14.3.2.26"), tlv(5)), tlv(4, bytes(20)))
        parts.append(sequence(digest, tlv(4, b"saltsalt"), number(mac_rounds)))
    return sequence(*parts)


def pem(label, content):
    """A PEM block on one line."""
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, base64.b64encode(content), label)
