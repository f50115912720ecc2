"""Signs payloads: HMAC-SHA256 over what a payload holds, of which kind it is, and to which workflow it belongs."""

import hashlib
import hmac
from typing import NamedTuple

from temporalio.api.common.v1 import Payload

from engine.fault import PayloadUnsigned, SigningKeyUnknown

SIGNATURE, KEY_ID, KIND = "rotator-signature", "rotator-key", "rotator-kind"
"""The metadata of a signed payload: its signature, the id of the key, and the kind of message."""
_VERSION = b"sepm-rotator payload 1"
_LONGEST = 64


class Place(NamedTuple):
    """Where a payload belongs: a workflow, and an activity of it. The namespace is left out: histories are replayed."""

    workflow_id: str = ""
    activity_id: str = ""


class SigningKeys:
    """The first key signs, every key verifies."""

    def __init__(self, first: bytes, *others: bytes) -> None:
        """Take keys of 32 bytes each."""
        self.key_id = signing_key_id(first)
        self._keys = {signing_key_id(key): key for key in (first, *others)}

    def sign(self, payload: Payload, kind: str, place: Place) -> None:
        """Put the signature into the payload's metadata."""
        payload.metadata[KIND] = kind.encode()
        payload.metadata[KEY_ID] = self.key_id.encode()
        payload.metadata[SIGNATURE] = _signature(self._keys[self.key_id], payload, place)

    def check(self, payload: Payload, kind: str | None, place: Place) -> None:
        """Verify a payload that is read as a message of `kind`; None: of any kind.

        Raises:
            SigningKeyUnknown: when it names a key that is not here.
            PayloadUnsigned: when it has no signature, or one that does not verify.
        """
        name = payload.metadata.get(KEY_ID, b"")[:_LONGEST].decode("ascii", "replace")
        if not name or SIGNATURE not in payload.metadata:
            raise PayloadUnsigned("it is not signed: the service did not send it")
        key = self._keys.get(name)
        if key is None:
            raise SigningKeyUnknown(name, tuple(self._keys))
        if not hmac.compare_digest(_signature(key, payload, place), payload.metadata[SIGNATURE]):
            at = f"activity {place.activity_id} of {place.workflow_id}" if place.activity_id else place.workflow_id
            raise PayloadUnsigned(f"its signature does not verify for {at}: it was altered, or belongs elsewhere")
        written = payload.metadata[KIND].decode()
        if kind is not None and written != kind:
            raise PayloadUnsigned(f"it was signed as {written}, and stands where {kind} is read")


def signing_key_id(key: bytes) -> str:
    """The id of a key, from which the key cannot be found."""
    # one way, and under a label of its own: the id tells nothing about the key
    return hashlib.sha256(b"sepm-rotator signing key id\0" + key).hexdigest()[:16]


def _signature(key: bytes, payload: Payload, place: Place) -> bytes:
    """The signature of everything that the payload has, each part with its length before it."""
    metadata = sorted((name, value) for name, value in payload.metadata.items() if name != SIGNATURE)
    parts = [_VERSION, place.workflow_id.encode(), place.activity_id.encode()]
    parts += [part for name, value in metadata for part in (name.encode(), value)]
    parts.append(payload.data)
    return hmac.digest(key, b"".join(len(part).to_bytes(8) + part for part in parts), "sha256")
