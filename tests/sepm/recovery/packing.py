"""Recovery files as SEPM writes them, and archives that are none, made byte by byte where no library makes them."""

import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

from emulator.certificates.certificates import Credential, self_signed
from emulator.certificates.keys import pool_key
from emulator.certificates.recovery import RecoveryFile

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=900)
WRITTEN = datetime(2026, 3, 1, 8, tzinfo=UTC)
DOMAIN = "0123456789ABCDEF0123456789ABCDEF"
PASSWORD = "recovery"
ZEROS = bytes(1 << 20)
NAME = "recovery_2026-03-01-08-00-00.zip"


@cache
def credential(number: int = 0) -> Credential:
    """A server's certificate and key; each number has its own."""
    return self_signed(pool_key(number), "sepm.example", BEGINS, life=LIFE)


@cache
def parts(number: int = 0) -> Mapping[str, bytes]:
    """The files of a recovery file as the emulated SEPM writes it."""
    with zipfile.ZipFile(BytesIO(RecoveryFile(credential(number), DOMAIN, WRITTEN).content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def member(ending: str, number: int = 0) -> tuple[str, bytes]:
    """Name and content of the file with that ending."""
    return next((name, content) for name, content in parts(number).items() if name.endswith(ending))


def pack(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, **changes: int) -> bytes:
    """A zip file of `files`; `changes` are attributes of each entry."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive, warnings.catch_warnings(action="ignore"):
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            for attribute, value in changes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return packed.getvalue()


def link(target: bytes = b"/etc/passwd") -> bytes:
    """An archive with a symbolic link, as Unix packs one."""
    return pack({"server.crt": target}, external_attr=(stat.S_IFLNK | 0o777) << 16)


def marked(archive: bytes, *, flags: int = 0, method: int | None = None, size: int | None = None) -> bytes:
    """The archive with other words about its first file: in the directory and before the file itself."""
    made = bytearray(archive)
    directory = archive.rindex(b"PK\x01\x02")
    for start, shift in ((0, 0), (directory, 2)):
        at = start + 6 + shift
        struct.pack_into("<H", made, at, struct.unpack_from("<H", made, at)[0] | flags)
        if method is not None:
            struct.pack_into("<H", made, at + 2, method)
        if size is not None:
            struct.pack_into("<I", made, start + 22 + shift, size)
    return bytes(made)


def bomb() -> bytes:
    """1 GiB in 1 MiB, and a directory that says 400 bytes. It is built piece by piece, which takes no memory."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("server.crt", "w") as inside:
        for _ in range(1024):
            inside.write(ZEROS)
    return marked(packed.getvalue(), size=400)


def renamed(archive: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with another name of the same length for a file."""
    if len(old) != len(new) or old not in archive:
        raise ValueError("the name is not in it, or not as long")
    return archive.replace(old, new)
