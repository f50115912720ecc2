"""Archives that are no sound recovery file are refused, each for its own reason, and nothing is written."""

import resource
import time
import zipfile

import pytest

from sepm.errors import UnusableRecoveryFile
from sepm.recovery.recovery_archive import unpack
from tests.sepm.recovery.packing import NAME, ZEROS, bomb, link, marked, pack, parts, renamed

ONE = {"server.crt": b"a certificate " * 20}
WHOLE = pack(parts())


UNSOUND = {
    "nothing": (b"", "no zip file"),
    "something else": (b"MZ is no zip", "no zip file"),
    "an empty archive": (pack({}), "no zip file"),
    "too large": (b"PK\x03\x04" + bytes(2 << 20), "larger than 2 MiB"),
    "cut": (WHOLE[: len(WHOLE) // 2], "cut or damaged"),
    "cut at the end": (WHOLE[:-1], "cut or damaged"),
    "a wrong check sum": (WHOLE.replace(WHOLE[14:18], b"sums"), "cut or damaged"),
    "too many files": (pack({f"{n}.txt": b"" for n in range(101)}), "more than 100 files"),
    "too much in all": (
        pack({f"{n}.bin": ZEROS for n in range(5)}, zipfile.ZIP_DEFLATED),
        "unpacks to more than 4 MiB",
    ),
    "a file too large": (pack({"a.bin": ZEROS + b"1"}), "is larger than 1 MiB"),
    "a ratio": (pack({"a.bin": ZEROS}), "more than 100 times"),
    "a lie about its size": (marked(pack({"a.bin": ZEROS}), size=400), "cut or damaged"),
    "an archive in it": (pack({"recovery.zip": WHOLE}), "archive itself"),
    "a path upwards": (pack({"../server.crt": b"x"}), "leads out"),
    "a path upwards within": (pack({"a/../../b": b"x"}), "leads out"),
    "an absolute path": (pack({"/etc/passwd": b"x"}), "leads out"),
    "a drive": (pack({"C:/x": b"x"}), "leads out"),
    "backslashes upwards": (pack({"..\\server.crt": b"x"}), "leads out"),
    "no name": (renamed(pack({"a/b": b"x"}), b"a/b", b"///"), "leads out"),
    "a zero in a name": (renamed(pack({"server.crt.exe": b"x"}), b".crt.", b".crt\0"), "cannot be shown"),
    "a name for the terminal": (pack({"\x1b[2J": b"x"}), "cannot be shown"),
    "a long name": (pack({"a" * 201: b"x"}), "too long"),
    "a link": (link(), "link or a device"),
    "encrypted": (marked(pack(ONE), flags=1), "encrypted"),
    "bzip2": (pack(ONE, zipfile.ZIP_BZIP2), "does not use"),
    "lzma": (pack(ONE, zipfile.ZIP_LZMA), "does not use"),
    "aes": (marked(pack(ONE), method=99), "does not use"),
    "a name twice": (renamed(pack({"a.crt": b"x", "b.crt": b"y"}), b"b.crt", b"a.crt"), "twice"),
    "a name twice but for case": (pack({"server.crt": b"x", "SERVER.CRT": b"y"}), "twice"),
}


@pytest.mark.parametrize("fault", UNSOUND)
def test_an_unsound_archive_says_why_and_what_to_do(fault):
    """Each has words of its own, names the file and says what to do."""
    content, why = UNSOUND[fault]
    with pytest.raises(UnusableRecoveryFile, match=why) as caught:
        unpack(content, NAME)
    assert caught.value.address == NAME
    assert caught.value.remedy


def test_a_sound_archive_is_unpacked_as_it_is():
    """All files in their order, folders left out, from any packer and with any slashes; contents are in no repr."""
    members = unpack(WHOLE, NAME)
    assert {member.name: member.content for member in members} == parts()
    odd = pack({"Server Private Key Backup/": b"", "Server Private Key Backup\\server.crt": b"x"}, zipfile.ZIP_STORED)
    (inside,) = unpack(odd, NAME)
    assert (inside.name, inside.content) == ("Server Private Key Backup/server.crt", b"x")
    assert "PRIVATE KEY" not in repr(members)


def test_a_bomb_costs_neither_time_nor_memory():
    """What says that it unpacks to little, and does not, is never unpacked whole: 1 GiB from 1 MiB."""
    packed = bomb()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(UnusableRecoveryFile):
        unpack(packed, NAME)
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_a_huge_directory_is_soon_refused():
    """Twenty thousand names fit into the largest archive; not one of them is looked at."""
    packed = pack({f"{n:x}": b"" for n in range(20_000)})
    began = time.process_time()
    with pytest.raises(UnusableRecoveryFile, match="more than 100 files"):
        unpack(packed, NAME)
    assert time.process_time() - began < 5


def test_nothing_is_written(tmp_path, monkeypatch):
    """Neither for a sound archive nor for one that leads out."""
    monkeypatch.chdir(tmp_path)
    unpack(WHOLE, NAME)
    for content in (pack({"../x": b"x"}), pack({"x": b"x"})[:-1]):
        with pytest.raises(UnusableRecoveryFile):
            unpack(content, NAME)
    assert list(tmp_path.parent.glob("x")) + list(tmp_path.iterdir()) == []
