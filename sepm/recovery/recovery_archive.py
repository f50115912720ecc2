"""Unpacking a recovery file: in memory, within bounds, and nothing that a recovery file never has."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO

from sepm.errors import UnusableRecoveryFile

LARGEST = 2 << 20
"""Of the archive, in bytes. Keystore, certificate, key and settings have some thousands."""
_LARGEST_MEMBER = 1 << 20
_LARGEST_UNPACKED = 4 << 20
_MOST_MEMBERS = 100
_RATIO = 100
_TOO_SMALL_FOR_A_BOMB = 64 << 10
_LONGEST_NAME = 200
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Whose output can be asked for bit by bit; the library unpacks others whole."""
_ENCRYPTED = 0x1 | 0x40
_FIRST = b"PK\x03\x04"
_ARCHIVES = (_FIRST, b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_DRIVE = re.compile(r"[A-Za-z]:")
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
)
_COPY_AGAIN = "copy it from the server again, and compare the SHA-256 on both sides"
_AS_WRITTEN = "give the recovery_<timestamp>.zip as SEPM wrote it, not one that was packed again"


@dataclass(frozen=True)
class Member:
    """A file of the archive. Its content, which may be a key, is in no repr."""

    name: str
    content: bytes = field(repr=False)


def unpack(content: bytes, name: str) -> tuple[Member, ...]:
    """The files of a recovery file, in its order. Nothing is written anywhere.

    1. the archive's size; whether it is a whole zip file
    2. what its directory says of every file: how many, names, kinds, sizes, ratios, before one is unpacked
    3. each file, never more of it than the directory states; its check sum

    Raises:
        UnusableRecoveryFile: with what is wrong and what to do.
    """
    if len(content) > LARGEST:
        raise UnusableRecoveryFile(name, f"is larger than {LARGEST >> 20} MiB", _AS_WRITTEN)
    if not content.startswith(_FIRST):
        raise UnusableRecoveryFile(name, "is no zip file with anything in it", _AS_WRITTEN)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = _allowed(archive.infolist(), name)
            return tuple(Member(path, _content(archive, entry, path, name)) for path, entry in entries.items())
    except _DAMAGE as error:
        raise UnusableRecoveryFile(name, "is cut or damaged", _COPY_AGAIN) from error


def _allowed(entries: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """The files by their names, folders left out."""
    if len(entries) > _MOST_MEMBERS:
        raise UnusableRecoveryFile(name, f"holds more than {_MOST_MEMBERS} files", _AS_WRITTEN)
    if sum(entry.file_size for entry in entries) > _LARGEST_UNPACKED:
        raise UnusableRecoveryFile(name, f"unpacks to more than {_LARGEST_UNPACKED >> 20} MiB", _AS_WRITTEN)
    known: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for entry in entries:
        path = _path(entry.orig_filename, name)
        for fault in _faults(entry):
            raise UnusableRecoveryFile(name, f"{path!r} in it {fault}", _AS_WRITTEN)
        if path.casefold() in seen:
            raise UnusableRecoveryFile(name, f"holds {path!r} twice: it is not known which one counts", _AS_WRITTEN)
        seen.add(path.casefold())
        if not path.endswith("/"):
            known[path] = entry
    return known


def _path(raw: str, name: str) -> str:
    """The name of a file in the archive with `/` between folders; refused where it leads out of the archive."""
    path = raw.replace("\\", "/")
    parts = path.removesuffix("/").split("/")
    if len(path) > _LONGEST_NAME or not path.isprintable():
        raise UnusableRecoveryFile(name, "holds a file whose name is too long or cannot be shown", _AS_WRITTEN)
    if _DRIVE.match(path) or any(part in {"", ".", ".."} for part in parts):
        raise UnusableRecoveryFile(name, f"{path!r} in it is a path that leads out of the archive", _AS_WRITTEN)
    return path


def _faults(entry: zipfile.ZipInfo) -> Iterable[str]:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "is a link or a device"
    if entry.flag_bits & _ENCRYPTED:
        yield "is encrypted"
    if entry.compress_type not in _METHODS:
        yield "is packed in a way that SEPM does not use"
    if entry.file_size > _LARGEST_MEMBER:
        yield f"is larger than {_LARGEST_MEMBER >> 20} MiB"
    if entry.file_size > max(_TOO_SMALL_FOR_A_BOMB, _RATIO * entry.compress_size):
        yield f"unpacks to more than {_RATIO} times its size"


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, name: str) -> bytes:
    with archive.open(entry) as member:
        # a size is always asked for: without one the library unpacks all there is, whatever the directory says
        content = member.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise UnusableRecoveryFile(name, f"{path!r} in it is cut or damaged", _COPY_AGAIN)
    if content.startswith(_ARCHIVES):
        raise UnusableRecoveryFile(
            name, f"{path!r} in it is an archive itself", "give the recovery file alone; archives in archives stay shut"
        )
    return content
