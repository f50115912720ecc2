"""Changing zip files: other files in them, other names, other headers, bombs, archives in archives."""

import io
import random
import stat
import struct
import warnings
import zipfile
import zlib
from functools import cache

from tests.fuzz import mutation

_NAMES = (
    "../up",
    "a/../../up",
    "/etc/passwd",
    "C:\\windows\\x",
    "c:x",
    "..\\up",
    "a//b",
    "./x",
    "",
    "/",
    "a/",
    "SERVER.CRT",
    "x" * 300,
    "a\nb",
    "\u202ecod.exe",
    "con",
    "\u0130\u0131",
)
_KINDS = (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFSOCK)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_SIZES = {_LOCAL: 30, _CENTRAL: 46, _END: 22}
_MANY = 150


def by_archive(draw: random.Random, content: bytes) -> bytes:
    """Change a header, or a file of the archive; at times add files that no recovery file has."""
    if draw.randrange(3):
        return _words(draw, content)
    return _packed(draw, _changed(draw, _files(content)))


def _files(content: bytes) -> list[tuple[str, bytes]]:
    """The files of an archive, no more than a MiB of each."""
    files = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.infolist():
                with archive.open(each) as inside:
                    files.append((each.filename, inside.read(1 << 20)))
    except Exception as error:
        raise ValueError("an earlier change has broken it") from error
    return files


def _words(draw: random.Random, content: bytes) -> bytes:
    """Change a number of some header: of a file, of its line in the directory, or of the directory's end."""
    changed = bytearray(content)
    head = draw.choice(tuple(_SIZES))
    places = [at for at in range(len(changed) - 4) if changed[at : at + 4] == head]
    at = draw.choice(places) + draw.randrange(4, _SIZES[head])
    size = draw.choice((1, 2, 2, 4, 4))
    value = draw.choice((*mutation.NUMBERS, 8, 12, 14, 400, len(changed), draw.randrange(1 << 16)))
    changed[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "little")
    return bytes(changed)


def _changed(draw: random.Random, files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    at = draw.randrange(len(files))
    name, inside = files[at]
    match draw.randrange(9):
        case 0:
            files[at] = draw.choice(_NAMES), inside
        case 1:
            files[at] = name, mutation.by_bytes(draw, inside)
        case 2:
            change = draw.choice((mutation.by_der, mutation.by_pem, mutation.by_keystore))
            files[at] = name, change(draw, inside)
        case 3:
            files[at:at] = [files[at], (name.swapcase(), b"")]
        case 4:
            files[at] = name, _zipped_again(files)
        case 5:
            files.append(("zeros.jks", bytes(draw.choice((60_000, 900_000, 3_000_000)))))
        case 6:
            files += [(f"{number}.crt", inside[:20]) for number in range(_MANY)]
        case 7:
            files[at] = name, inside * draw.choice((3, 60))
        case _:
            del files[at]
    return files


def _packed(draw: random.Random, files: list[tuple[str, bytes]]) -> bytes:
    packed, odd = io.BytesIO(), draw.randrange(max(len(files), 1))
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings(action="ignore"):
        for place, (name, inside) in enumerate(files):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if place == odd and not draw.randrange(3):
                entry.external_attr = (draw.choice(_KINDS) | 0o777) << 16
                entry.compress_type = draw.choice(_METHODS)
            archive.writestr(entry, inside)
    content = packed.getvalue()
    return _bombed(content) if not draw.randrange(12) else content


def _zipped_again(files: list[tuple[str, bytes]]) -> bytes:
    """An archive to lie in another one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings(action="ignore"):
        for name, inside in files:
            archive.writestr(zipfile.ZipInfo(name), inside)
    return packed.getvalue()


def _bombed(content: bytes) -> bytes:
    """Add a file of 64 MiB, for which directory and header give 400 bytes."""
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a") as archive:
        place = archive.start_dir
        archive.writestr(zipfile.ZipInfo("server.pem"), _zeros())
    made = bytearray(packed.getvalue())
    size = len(_zeros())
    for at, field in ((place, 8), (made.rindex(_CENTRAL), 10)):
        struct.pack_into("<H", made, at + field, zipfile.ZIP_DEFLATED)
        struct.pack_into("<II", made, at + field + 10, size, 400)
    return bytes(made)


@cache
def _zeros() -> bytes:
    """64 MiB of zeros, deflated."""
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return b"".join([*(deflating.compress(bytes(1 << 20)) for _ in range(64)), deflating.flush()])
