"""The encryption key of this machine: read from its file or from a setting, made once on first start."""

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

import structlog

from store.fault import StoreFault

KEY_BYTES = 32
_OTHERS = 0o077
_log = structlog.get_logger(__name__)


class VaultKeyMalformed(StoreFault):
    """A key that is not base64 of 32 bytes."""


def parse_key(text: str, *, source: str) -> bytes:
    """The key that `text` spells.

    Raises:
        VaultKeyMalformed: when it is not base64 of 32 bytes. The message names `source`, never the text.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultKeyMalformed(f"the key in {source} is not base64 of {KEY_BYTES} bytes")
    return key


def read_key(path: Path) -> bytes | None:
    """The key in `path`, or None when there is no such file.

    Raises:
        VaultKeyMalformed: when the file holds something else.
    """
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None
    if path.stat().st_mode & _OTHERS:
        # mounted secrets of a cluster often look like this, so it is said and not refused
        _log.warning("the key file can be read by others", path=str(path))
    return parse_key(text, source=str(path))


def make_key(path: Path) -> bytes:
    """A new key in `path`, readable by its owner only; when another process was first, that one's key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Linked into place when it is whole and on disk: nobody ever reads half a key, and no key replaces another.
    # mkstemp opens with O_EXCL and mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            _log.info("another process made the key file first", path=str(path))
    finally:
        Path(name).unlink()
    sync_folder(path.parent)
    return parse_key(path.read_text("ascii"), source=str(path))


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on disk, so that a power cut does not lose a file just made."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
