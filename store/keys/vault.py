"""Encryption at rest: each secret under a key of its own, and that one under a key of the ring."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.keys.envelope import BOUND_TO_ITS_ROW, Envelope, about, unpack
from store.keys.key_encryption import decrypt, encrypt
from store.keys.key_file import KEY_BYTES
from store.keys.key_ring import KeyRing


class Vault:
    """Seals secrets before they are stored, and opens them again.

    It keeps nothing that was unwrapped. A secret is asked for when a session with SEPM begins or a file is made, which
    is seldom; so a key server can be asked each time, sees every use, and a right that is taken away ends at once.
    """

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys

    async def seal(self, purpose: str, subject: str, secret: bytes) -> bytes:
        """`secret`, encrypted; it opens only for the same purpose and the same subject (the row's id).

        Call it before a transaction that writes: it may ask a key server.

        Raises:
            VaultKeyMissing: when the key that seals is not there any more.
            KeyServerDown, KeyServerRefused: when it lies with a key server that does not do it.
        """
        belongs = about(purpose, subject)
        data_key = secrets.token_bytes(KEY_BYTES)
        empty = Envelope(BOUND_TO_ITS_ROW, await self.keys.sealing_for(purpose).wrap(data_key, belongs), b"")
        return empty._replace(body=encrypt(AESGCM(data_key), secret, empty.covered(belongs))).pack()

    async def open(self, purpose: str, subject: str, sealed: bytes) -> bytes:
        """The secret again.

        Raises:
            VaultKeyWrong: when no key of the ring sealed it.
            SealBroken: when it was altered, or sealed for another purpose or subject.
            NotOpenedHere: when only the worker opens it, and this is another process.
            KeyServerDown, KeyServerRefused: when its key lies with a key server that does not unwrap it.
        """
        envelope, belongs = unpack(sealed), about(purpose, subject)
        data_key = await self.keys.find(envelope.wrapped.key_id).unwrap(envelope.wrapped, belongs)
        return _opened(envelope, data_key, belongs)

    async def rewrap(self, purpose: str, subject: str, sealed: bytes) -> bytes:
        """The same secret under the key that seals now. Its own key and its encryption stay.

        Only a value of the first form is sealed again, because its encryption covers the old wrapping.

        Raises:
            As `open` and `seal`.
        """
        envelope, belongs = unpack(sealed), about(purpose, subject)
        data_key = await self.keys.find(envelope.wrapped.key_id).unwrap(envelope.wrapped, belongs)
        # a broken value stays as it is, under the key that it names
        secret = _opened(envelope, data_key, belongs)
        if envelope.form != BOUND_TO_ITS_ROW:
            return await self.seal(purpose, subject, secret)
        return envelope._replace(wrapped=await self.keys.sealing_for(purpose).wrap(data_key, belongs)).pack()

    async def close(self) -> None:
        """Close the connections to a key server."""
        await self.keys.close()


def _opened(envelope: Envelope, data_key: bytes, belongs: bytes) -> bytes:
    return decrypt(AESGCM(data_key), envelope.body, envelope.covered(belongs))
