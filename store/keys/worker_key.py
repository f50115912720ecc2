"""What only the worker opens: sealed to its public key (X25519), so that an API can store it and never read it.

Keys are PEM, as `openssl genpkey -algorithm X25519` and `openssl pkey -pubout` write them, one below the other: the
first one seals, and each opens what it sealed.
"""

import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from certificates.secret_file import ReadableByOthers, read_secret
from store.fault import StoreFault
from store.keys.key_encryption import KeySettingsWrong, SealBroken, Wrapped, decrypt, encrypt

_PREFIX = "worker:"
_POINT_BYTES, _KEY_BYTES = 32, 32
_LABEL = b"sepm-rotator sealed for the worker\0"
_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\n?", re.DOTALL)


class NotOpenedHere(StoreFault):
    """Only the worker opens that secret: this process has the public half of its key."""


class WorkerKey:
    """A key pair of the worker; elsewhere its public half."""

    def __init__(self, public: X25519PublicKey, private: X25519PrivateKey | None = None) -> None:
        self._public = public
        self._private = private
        self.id = _PREFIX + hashlib.sha256(_LABEL + public.public_bytes_raw()).hexdigest()[:16]

    def has(self, key_id: str) -> bool:
        """Whether that is its id."""
        return key_id == self.id

    async def newest(self) -> str:
        """Its id."""
        return self.id

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """`key`, encrypted to the public half by a pair that is used once, and bound to `about`."""
        once = X25519PrivateKey.generate()
        point = once.public_key().public_bytes_raw()
        return Wrapped(self.id, point + encrypt(self._cipher(once.exchange(self._public), point), key, about))

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again.

        Raises:
            NotOpenedHere: where only the public half is.
            SealBroken: when `wrapped` was altered or is about something else.
        """
        if self._private is None:
            raise NotOpenedHere(f"what key {self.id} has sealed is opened by the worker only")
        point, sealed = wrapped.data[:_POINT_BYTES], wrapped.data[_POINT_BYTES:]
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(point))
        except ValueError:  # cut short, or a point that gives every key the same secret
            raise SealBroken("a sealed value was altered, or belongs to another row") from None
        return decrypt(self._cipher(shared, point), sealed, about)

    def _cipher(self, shared: bytes, point: bytes) -> AESGCM:
        covered = _LABEL + point + self._public.public_bytes_raw()
        return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=None, info=covered).derive(shared))


class WorkerKeys:
    """The keys of a file. They seal what is for the worker, and nothing else."""

    def __init__(self, keys: tuple[WorkerKey, ...], where: Path) -> None:
        self.keys = keys
        self.where = str(where)

    @classmethod
    def private(cls, path: Path) -> "WorkerKeys":
        """Those of the worker.

        Raises:
            KeySettingsWrong: when the file holds no such keys, or other users can read it.
        """
        try:
            pairs = [load_pem_private_key(block, None) for block in _blocks(read_secret(path), path)]
        except ReadableByOthers as error:
            raise KeySettingsWrong(f"{path} is not used: {error.strerror}, and make another one afterwards") from None
        except (OSError, ValueError, TypeError) as error:
            raise _unusable(path, "private", error) from None
        keys = [WorkerKey(pair.public_key(), pair) for pair in pairs if isinstance(pair, X25519PrivateKey)]
        return cls._of(keys, len(pairs), path)

    @classmethod
    def public(cls, path: Path) -> "WorkerKeys":
        """Their public halves.

        Raises:
            KeySettingsWrong: when the file holds no such keys.
        """
        try:
            halves = [load_pem_public_key(block) for block in _blocks(path.read_bytes(), path)]
        except (OSError, ValueError) as error:
            raise _unusable(path, "public", error) from None
        keys = [WorkerKey(half) for half in halves if isinstance(half, X25519PublicKey)]
        return cls._of(keys, len(halves), path)

    @classmethod
    def _of(cls, keys: list[WorkerKey], given: int, path: Path) -> "WorkerKeys":
        if len(keys) != given:
            raise KeySettingsWrong(f"{path} holds a key that is none of X25519")
        return cls(tuple(keys), path)

    @property
    def first(self) -> WorkerKey:
        """The one that seals."""
        return self.keys[0]

    def sealing(self) -> None:
        """None: what every process opens is sealed with other keys."""
        return

    def find(self, key_id: str, *, again: bool) -> WorkerKey | None:  # noqa: ARG002 - files are read at the start
        """One of them."""
        return next((key for key in self.keys if key.has(key_id)), None)

    def ids(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(key.id for key in self.keys)

    async def renew(self) -> None:
        """Refused: the other half lies elsewhere.

        Raises:
            KeySettingsWrong: always.
        """
        raise KeySettingsWrong(f"put a new key first into {self.where} and its public half into the API's file")

    async def close(self) -> None:
        """Nothing is open."""


def is_of_the_worker(key_id: str) -> bool:
    """Whether that is a key of the worker's own."""
    return key_id.startswith(_PREFIX)


def _blocks(content: bytes, path: Path) -> list[bytes]:
    blocks = _BLOCK.findall(content)
    if not blocks:
        raise KeySettingsWrong(f"{path} holds no key in PEM")
    return blocks


def _unusable(path: Path, half: str, error: Exception) -> KeySettingsWrong:
    return KeySettingsWrong(f"no {half} keys of the worker can be read from {path} ({type(error).__name__})")
