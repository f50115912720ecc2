"""Signatures of webhooks as Standard Webhooks has them (version v1): HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hmac
import secrets
from datetime import datetime

from pydantic import SecretStr

_PREFIX, _BETWEEN = "whsec_", "\n"
_BYTES = 32
_LEAST, _MOST = 24, 64


def new_secret() -> SecretStr:
    """A new signing key, as its receiver is given it."""
    return SecretStr(_PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode())


def with_token(secret: SecretStr, token: SecretStr) -> SecretStr:
    """A secret with the token that goes beside signatures.

    Raises:
        ValueError: when the token cannot stand in a header.
    """
    text = token.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError("a token is printable text without spaces around it")
    return SecretStr(f"{secret.get_secret_value()}{_BETWEEN}{text}")


def parts_of(secret: SecretStr) -> tuple[SecretStr, str]:
    """The signing key and the token of a secret; empty where it has none."""
    key, _, token = secret.get_secret_value().partition(_BETWEEN)
    return SecretStr(key), token


def key_of(secret: SecretStr) -> bytes:
    """The key of a secret.

    Raises:
        ValueError: when it is none.
    """
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise ValueError(f"the secret of a webhook is {_PREFIX} and base64 of {_LEAST} to {_MOST} bytes")
    return key


def signed(secret: SecretStr, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message."""
    seconds = str(int(at.timestamp()))
    covered = b".".join((message_id.encode(), seconds.encode(), body))
    signature = base64.b64encode(hmac.digest(key_of(secret), covered, "sha256")).decode()
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}
