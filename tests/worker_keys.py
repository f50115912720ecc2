"""Files of the worker's own keys, as openssl writes them."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class WorkerKeyFiles:
    """The files of the two halves."""

    def __init__(self, folder: Path) -> None:
        self.private, self.public = folder / "worker.key", folder / "worker.pub"

    @classmethod
    def new(cls, folder: Path) -> "WorkerKeyFiles":
        """Files in `folder`, with one key pair."""
        made = cls(folder)
        made.write(X25519PrivateKey.generate())
        return made

    def write(self, *pairs: X25519PrivateKey) -> None:
        """Put these keys there, the first one first."""
        self.private.touch(0o600)
        self.private.write_bytes(b"".join(map(private_pem, pairs)))
        self.public.write_bytes(b"".join(map(public_pem, pairs)))


def private_pem(pair: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    """As `openssl genpkey` writes it."""
    return pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(pair: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    """As `openssl pkey -pubout` writes it."""
    return pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
