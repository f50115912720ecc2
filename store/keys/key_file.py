"""The encryption keys of this machine: one a line in a file, the one that seals first. Made once on first start."""

import base64
import binascii
import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from certificates.secret_file import ReadableByOthers, read_secret
from store.fault import StoreFault

KEY_BYTES = 32
_PERMISSIONS = 0o777
_log = structlog.get_logger(__name__)


class VaultKeyMalformed(StoreFault):
    """A key that is not base64 of 32 bytes."""


class KeyFileReadable(StoreFault):
    """Other users of the machine can read the key file."""


class KeyFileInUse(StoreFault):
    """Another process changes the keys; let it end."""


def parse_keys(text: str, *, source: str) -> tuple[bytes, ...]:
    """The keys that `text` spells: one a line, or with commas between; what follows a # is not read.

    Raises:
        VaultKeyMalformed: when one is not base64 of 32 bytes. The message names `source`, never the text.
    """
    words = [word for line in text.splitlines() for word in line.partition("#")[0].replace(",", " ").split()]
    if not words:
        raise VaultKeyMalformed(f"there is no key in {source}")
    return tuple(_key(word, source) for word in words)


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys in `path`, in the order of its lines; none when there is no such file.

    Raises:
        VaultKeyMalformed: when the file holds something else.
        KeyFileReadable: when other users can read it.
    """
    try:
        text = read_secret(path).decode("ascii", errors="replace")
    except FileNotFoundError:
        return ()
    except ReadableByOthers as error:
        raise KeyFileReadable(f"{path} is not used: {error.strerror}, and `rotator keys rotate` afterwards") from error
    return parse_keys(text, source=str(path))


def make_key(path: Path) -> None:
    """Put a new key into `path`, readable by its owner only. When another process was first, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Linked into place when it is whole and on disk: no process ever reads half a key, and no key replaces another.
    try:
        _place(path, _new_line(), lambda whole: os.link(whole, path))
    except FileExistsError:
        _log.info("another process made the key file first", path=str(path))


def put_key_first(path: Path) -> None:
    """Put a new key before those in `path`, at once and whole; all others stay.

    Raises:
        VaultKeyMalformed: when the file is no key file.
        OSError: when it cannot be read or replaced.
    """
    text = path.read_text("ascii")
    parse_keys(text, source=str(path))
    _replace(path, _new_line() + text)


def take_out(path: Path, keep: Callable[[bytes], bool], named: Callable[[bytes], str]) -> tuple[Path, ...]:
    """Move every key that `keep` does not want from `path` to a file of its own, `path` with its name added.

    Returns those files. They are written first, so that no key is ever nowhere.

    Raises:
        OSError: when a file cannot be read or written.
    """
    lines = path.read_text("ascii").splitlines(keepends=True)
    stay, moved = [], []
    for line in lines:
        keys = () if not line.partition("#")[0].strip() else parse_keys(line, source=str(path))
        if all(keep(key) for key in keys):
            stay.append(line)
            continue
        stay += [_line(key) for key in keys if keep(key)]
        for key in (key for key in keys if not keep(key)):
            target = path.with_name(f"{path.name}.{named(key)}")
            _replace(target, _line(key), like=path)
            moved.append(target)
    if not moved:
        return ()
    if any(line.partition("#")[0].strip() for line in stay):
        _replace(path, "".join(stay))
    else:  # an empty file would look like a damaged one
        path.unlink()
        sync_folder(path.parent)
    return tuple(moved)


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Lock the keys of `folder` for this process. The kernel releases the lock when the process ends, however it ends.

    Raises:
        KeyFileInUse: when another process changes them.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeyFileInUse(f"another process changes the keys in {folder}: let it end") from None
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on disk, so that a power cut does not lose a file just made."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _key(word: str, source: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultKeyMalformed(f"a key in {source} is not base64 of {KEY_BYTES} bytes")
    return key


def _line(key: bytes) -> str:
    return base64.b64encode(key).decode() + "\n"


def _new_line() -> str:
    return _line(secrets.token_bytes(KEY_BYTES))


def _replace(path: Path, text: str, *, like: Path | None = None) -> None:
    # a link (as clusters mount secrets) stays one
    path = path.resolve()
    _place(path, text, lambda whole: Path(whole).replace(path), like=(like or path).resolve())


def _place(path: Path, text: str, into: Callable[[str], object], *, like: Path | None = None) -> None:
    """Write a file beside `path`, put it on disk, and move it `into` place; with owner and mode of `like`."""
    # mkstemp opens with O_EXCL and mode 0600
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            if like is not None:
                _as(file.fileno(), like.stat())
            file.flush()
            os.fsync(file.fileno())
        into(name)
    finally:
        Path(name).unlink(missing_ok=True)
    sync_folder(path.parent)


def _as(handle: int, found: os.stat_result) -> None:
    # an administrator may change the keys of a service that runs under another account
    if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, found.st_uid, found.st_gid)
    os.fchmod(handle, stat.S_IMODE(found.st_mode) & _PERMISSIONS)
