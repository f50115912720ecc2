"""The keys that encrypt payloads: read from their file or from a setting. None is ever made here."""

import base64
import binascii
import re
from pathlib import Path

from certificates.secret_file import read_secret
from engine.codec.codec import EncryptingCodec
from engine.fault import PayloadKeysMalformed
from engine.settings import TemporalSettings

KEY_BYTES = 32


def payload_codec(settings: TemporalSettings) -> EncryptingCodec | None:
    """The codec of the keys that are set; None when none are, and payloads stay readable.

    The setting goes before the file.

    Raises:
        PayloadKeysMalformed: when the setting or the file holds something else, or others can read the file.
    """
    if settings.payload_keys is not None:
        text, source = settings.payload_keys.get_secret_value(), "ROTATOR_TEMPORAL_PAYLOAD_KEYS"
    elif settings.payload_keys_file is not None:
        text, source = _read(settings.payload_keys_file), str(settings.payload_keys_file)
    else:
        return None
    return EncryptingCodec(*parse_keys(text, source=source))


def parse_keys(text: str, *, source: str) -> tuple[bytes, ...]:
    """The keys that `text` spells: one a line, or with commas between them; what follows # is a remark.

    Raises:
        PayloadKeysMalformed: when it spells none, or one that is not base64 of 32 bytes. The message names `source`,
            never the text.
    """
    lines = (line.partition("#")[0] for line in text.splitlines())
    words = [word for line in lines for word in re.split(r"[\s,]+", line) if word]
    if not words:
        raise PayloadKeysMalformed(f"{source} holds no payload key; put base64 of {KEY_BYTES} bytes there")
    return tuple(_key(word, f"payload key {number} of {source}") for number, word in enumerate(words, 1))


def _key(word: str, which: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise PayloadKeysMalformed(f"{which} is not base64 of {KEY_BYTES} bytes")
    return key


def _read(path: Path) -> str:
    try:
        return read_secret(path).decode("ascii", errors="replace")
    except OSError as error:
        # never a new key: payloads of the old one would stay dark
        raise PayloadKeysMalformed(f"{path} (ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE): {error.strerror}") from error
