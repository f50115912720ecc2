"""The keys that sign and encrypt payloads: read from their files or from settings. None is ever made here."""

import base64
import binascii
import re
from pathlib import Path

from pydantic import SecretStr

from certificates.secret_file import read_secret
from engine.codec.codec import EncryptingCodec
from engine.codec.signing import SigningKeys
from engine.fault import PayloadKeysMalformed, SigningKeysMissing
from engine.settings import TemporalSettings

KEY_BYTES = 32


def payload_codec(settings: TemporalSettings) -> EncryptingCodec | None:
    """The codec of the keys that are set; None when none are, and payloads stay readable.

    Raises:
        PayloadKeysMalformed: when the setting or the file holds something else, or others can read the file.
    """
    keys = _keys(settings.payload_keys, settings.payload_keys_file, "ROTATOR_TEMPORAL_PAYLOAD_KEYS")
    return EncryptingCodec(*keys) if keys else None


def signing_keys(settings: TemporalSettings) -> SigningKeys:
    """The keys that sign what passes through Temporal.

    Raises:
        SigningKeysMissing: when none are set.
        PayloadKeysMalformed: when the setting or the file holds something else.
    """
    keys = _keys(settings.signing_keys, settings.signing_keys_file, "ROTATOR_TEMPORAL_SIGNING_KEYS")
    if not keys:
        raise SigningKeysMissing
    return SigningKeys(*keys)


def _keys(text: SecretStr | None, file: Path | None, setting: str) -> tuple[bytes, ...]:
    """The keys of a setting, which goes before its file."""
    if text is not None:
        return parse_keys(text.get_secret_value(), source=setting)
    return parse_keys(_read(file, setting), source=str(file)) if file is not None else ()


def parse_keys(text: str, *, source: str) -> tuple[bytes, ...]:
    """The keys that `text` spells: one a line, or with commas between them; what follows # is a remark.

    Raises:
        PayloadKeysMalformed: when it spells none, or one that is not base64 of 32 bytes. The message names `source`,
            never the text.
    """
    lines = (line.partition("#")[0] for line in text.splitlines())
    words = [word for line in lines for word in re.split(r"[\s,]+", line) if word]
    if not words:
        raise PayloadKeysMalformed(f"{source} holds no key; put base64 of {KEY_BYTES} bytes there")
    return tuple(_key(word, f"key {number} of {source}") for number, word in enumerate(words, 1))


def _key(word: str, which: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise PayloadKeysMalformed(f"{which} is not base64 of {KEY_BYTES} bytes")
    return key


def _read(path: Path, setting: str) -> str:
    try:
        return read_secret(path).decode("ascii", errors="replace")
    except OSError as error:
        # never a new key: payloads of the old one would stay dark
        raise PayloadKeysMalformed(f"{path} ({setting}_FILE): {error.strerror}") from error
