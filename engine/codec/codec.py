"""Encrypts what Temporal keeps: every payload by AES-256-GCM, under keys that Temporal never sees."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from copy import copy
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from engine.fault import PayloadAltered, PayloadKeyUnknown, PayloadUnreadable

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
"""The metadata that names the key of a payload."""
WORKFLOW = "encryption-workflow"
"""The metadata that names the workflow of a payload: the UI does not tell the codec server which one it shows."""
_ALTERED, _KNOWN = "encryption-altered", "encryption-keys-here"
"""Metadata of a payload that could not be opened, for its reader."""
_NONCE_BYTES = 12
_LONGEST_ID = 64


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """The first key encrypts, every key decrypts.

    The whole payload is hidden, metadata too. One that is not of our encoding passes as it is: those of rotations that
    began before encryption was switched on, and those that a UI sends.
    """

    def __init__(self, first: bytes, *others: bytes) -> None:
        """Take keys of 32 bytes each."""
        self.key_id = key_id(first)
        self._ciphers = {key_id(key): AESGCM(key) for key in (first, *others)}
        self.lets_through = False
        self._workflow_id: str | None = None
        """Of the payloads; None: any, and that of each stands beside it."""

    def with_context(self, context: SerializationContext) -> Self:
        """What a client and a worker use: what it cannot open it lets through, to be refused where it is read.

        Else one signal of a key that is not here would keep a worker from everything that comes with it.
        """
        opening = copy(self)
        opening.lets_through = True
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            opening._workflow_id = context.workflow_id or ""  # noqa: SLF001 - it is one of us
        return opening

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each."""
        return await _each(payloads, self._encrypt)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt each that is ours.

        Raises:
            PayloadKeyUnknown: when one names a key that is not here.
            PayloadAltered: when one is not as it was encrypted, or was encrypted for another workflow.
        """
        return await _each(payloads, self._opened if self.lets_through else self._decrypt)

    def _encrypt(self, payload: Payload) -> Payload:
        nonce, workflow_id = secrets.token_bytes(_NONCE_BYTES), (self._workflow_id or "").encode()
        about = _about(self.key_id, workflow_id)
        hidden = self._ciphers[self.key_id].encrypt(nonce, payload.SerializeToString(), about)
        metadata = {"encoding": ENCODING, KEY_ID: self.key_id.encode(), WORKFLOW: workflow_id}
        return Payload(metadata=metadata, data=nonce + hidden)

    def _opened(self, payload: Payload) -> Payload:
        try:
            return self._decrypt(payload)
        except PayloadKeyUnknown as error:
            mark = {_KNOWN: ",".join(error.known).encode()}
        except PayloadAltered:
            mark = {_ALTERED: b"true"}
        metadata = {"encoding": ENCODING, KEY_ID: payload.metadata.get(KEY_ID, b"(none)")}
        return Payload(metadata=metadata | mark, data=payload.data)

    def _decrypt(self, payload: Payload) -> Payload:
        if not is_encrypted(payload):
            return payload
        name = key_named_by(payload)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise PayloadKeyUnknown(name, tuple(self._ciphers))
        workflow_id = payload.metadata.get(WORKFLOW, b"")
        if self._workflow_id is not None and workflow_id != self._workflow_id.encode():
            raise PayloadAltered(name)
        try:
            about = _about(name, workflow_id)
            plain = cipher.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], about)
            return Payload.FromString(plain)
        except (InvalidTag, ValueError, DecodeError):
            raise PayloadAltered(name) from None


def why_unopened(payload: Payload) -> PayloadUnreadable:
    """Why an encrypted payload was not opened; where no codec has seen it, no keys are set."""
    name = key_named_by(payload)
    if _ALTERED in payload.metadata:
        return PayloadAltered(name)
    known = payload.metadata.get(_KNOWN, b"").decode("ascii", "replace")
    return PayloadKeyUnknown(name, tuple(known.split(",")) if known else ())


def key_id(key: bytes) -> str:
    """Names a key without telling it."""
    # one way, and under a label of its own: the id tells nothing about the key
    return hashlib.sha256(b"sepm-rotator payload key id\0" + key).hexdigest()[:16]


def is_encrypted(payload: Payload) -> bool:
    """Whether it is of our encoding."""
    return payload.metadata.get("encoding") == ENCODING


def key_named_by(payload: Payload) -> str:
    """The id of the key that an encrypted payload names; whatever else stands there, cut short."""
    return payload.metadata.get(KEY_ID, b"(none)")[:_LONGEST_ID].decode("ascii", "replace")


async def _each(payloads: Sequence[Payload], turn: Callable[[Payload], Payload]) -> list[Payload]:
    """All of them turned. The largest that Temporal takes needs some milliseconds; others get their turn in between."""
    turned = []
    for payload in payloads:
        turned.append(turn(payload))
        await asyncio.sleep(0)
    return turned


def _about(name: str, workflow_id: bytes) -> bytes:
    return b"\0".join((ENCODING, name.encode(), workflow_id))
