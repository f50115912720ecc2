"""Encryption at rest: each secret under a key of its own, and that one under the vault's key."""

import hashlib
import secrets
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from store.fault import StoreFault
from store.key_file import KEY_BYTES, make_key, parse_key, read_key

_VERSION = 1
_NONCE_BYTES = 12
_HEAD = struct.Struct(">BBH")  # version, length of the key id, length of the wrapped key


class VaultKeyMissing(StoreFault):
    """The database holds secrets, and their key is not there. Put it back; a new one could not read them."""


class VaultKeyWrong(StoreFault):
    """The key at hand is not the one that sealed the secrets in the database."""


class SealBroken(StoreFault):
    """Sealed bytes that were altered, cut, or belong to another row or purpose."""


class KeyEncryptionKey(Protocol):
    """What encrypts the keys of single secrets: a local key, or one that never leaves a KMS."""

    @property
    def id(self) -> str:
        """Names the key without telling it; stored beside everything that it wraps."""

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """`key`, encrypted and bound to `about`."""

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
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

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """`key`, encrypted and bound to `about`."""
        return _encrypt(self._cipher, key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key again."""
        return _decrypt(self._cipher, wrapped, about)


class Vault:
    """Seals secrets before they are stored, and opens them again."""

    def __init__(self, key: KeyEncryptionKey) -> None:
        self._key = key

    @classmethod
    def unlock(cls, *, path: Path, given: SecretStr | None, sealed: Iterable[bytes]) -> "Vault":
        """The vault of a database that holds `sealed`.

        A key is made only when there is none and nothing was ever sealed. Blocks for a moment: it reads files.

        Args:
            path: the key file.
            given: the key by setting; then the file is neither read nor made.
            sealed: everything sealed in the database.

        Raises:
            VaultKeyMissing: when secrets are there and no key.
            VaultKeyWrong: when another key sealed one of them.
            VaultKeyMalformed: when the setting or the file holds no key.
        """
        old = {_key_id(blob) for blob in sealed}
        theirs = f"the database holds secrets of key {', '.join(sorted(old))}"
        key = parse_key(given.get_secret_value(), source="the setting `key`") if given else read_key(path)
        if key is None and old:
            raise VaultKeyMissing(f"{theirs}, and {path} is not there: put it back")
        local = LocalKey(key or make_key(path))
        if others := old - {local.id}:
            raise VaultKeyWrong(
                f"the database holds secrets of key {', '.join(sorted(others))}; this one is {local.id}"
            )
        return cls(local)

    def seal(self, purpose: str, subject: str, secret: bytes) -> bytes:
        """`secret`, encrypted; it opens only for the same purpose and the same subject (the row's id)."""
        about = _about(purpose, subject)
        data_key = secrets.token_bytes(KEY_BYTES)
        key_id, wrapped = self._key.id.encode(), self._key.wrap(data_key, about)
        head = _HEAD.pack(_VERSION, len(key_id), len(wrapped)) + key_id + wrapped
        return head + _encrypt(AESGCM(data_key), secret, about + head)

    def open(self, purpose: str, subject: str, sealed: bytes) -> bytes:
        """The secret again.

        Raises:
            VaultKeyWrong: when another key sealed it.
            SealBroken: when it was altered, or sealed for another purpose or subject.
        """
        key_id, wrapped, body = _parts(sealed)
        if key_id != self._key.id:
            raise VaultKeyWrong(f"sealed with key {key_id}; this one is {self._key.id}")
        about = _about(purpose, subject)
        head = sealed[: len(sealed) - len(body)]
        return _decrypt(AESGCM(self._key.unwrap(wrapped, about)), body, about + head)


def _about(purpose: str, subject: str) -> bytes:
    # with its length, so that no other split of the same text is the same
    return struct.pack(">I", len(purpose.encode())) + purpose.encode() + subject.encode()


def _key_id(sealed: bytes) -> str:
    return _parts(sealed)[0]


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    if len(sealed) < _HEAD.size:
        raise SealBroken("a sealed value is cut short")
    version, id_length, wrapped_length = _HEAD.unpack_from(sealed)
    ends = _HEAD.size + id_length, _HEAD.size + id_length + wrapped_length
    if version != _VERSION or len(sealed) < ends[1]:
        raise SealBroken(f"a sealed value of form {version} or cut short; this release reads form {_VERSION}")
    return sealed[_HEAD.size : ends[0]].decode("ascii", "replace"), sealed[ends[0] : ends[1]], sealed[ends[1] :]


def _encrypt(cipher: AESGCM, plain: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, about)


def _decrypt(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise SealBroken("a sealed value was altered, or belongs to another row") from None
