"""Keys that encrypt the keys of single secrets: the port, and the one that lies in this process's memory."""

import hashlib
import secrets
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.fault import StoreFault

_NONCE_BYTES = 12


class VaultKeyMissing(StoreFault):
    """The database holds secrets, and their key is not there. Put it back; a new one could not read them."""


class VaultKeyWrong(StoreFault):
    """None of the keys at hand is the one that sealed the secrets in the database."""


class SealBroken(StoreFault):
    """Sealed bytes that were altered, cut, or belong to another row or purpose."""


class KeySettingsWrong(StoreFault):
    """Settings of keys that cannot work, or would show a key to others."""


class Wrapped(NamedTuple):
    """The key of one secret, encrypted."""

    key_id: str
    """Names what encrypted it."""
    data: bytes


class KeyEncryptionKey(Protocol):
    """What encrypts the keys of single secrets: a local key, or one that never leaves a key server."""

    def has(self, key_id: str) -> bool:
        """Whether what was wrapped under that id is ours to unwrap."""

    async def newest(self) -> str:
        """The id under which it wraps now. It names the key without telling it."""

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """`key`, encrypted and bound to `about`."""

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again.

        Raises:
            SealBroken: when `wrapped` was altered or is about something else.
        """


class LocalKey:
    """A key encryption key in this process's memory: AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        # one way, and under a label of its own: the id tells nothing about the key
        self.id = hashlib.sha256(b"sepm-rotator key id\0" + key).hexdigest()[:16]

    def has(self, key_id: str) -> bool:
        """Whether that is its id."""
        return key_id == self.id

    async def newest(self) -> str:
        """Its id."""
        return self.id

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """`key`, encrypted and bound to `about`."""
        return Wrapped(self.id, encrypt(self._cipher, key, about))

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again."""
        return decrypt(self._cipher, wrapped.data, about)


def encrypt(cipher: AESGCM, plain: bytes, about: bytes) -> bytes:
    """`plain` with its nonce before it, bound to `about`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, about)


def decrypt(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    """What `encrypt` was given.

    Raises:
        SealBroken: when `sealed` was altered or is about something else.
    """
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise SealBroken("a sealed value was altered, or belongs to another row") from None
