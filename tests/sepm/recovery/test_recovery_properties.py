"""Whatever bytes come as a recovery file: facts or a typed error, soon, in little memory, and nothing secret."""

import resource
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotation.recovery.check import examine
from rotation.recovery.file import RecoveryFile
from sepm.errors import UnusableRecoveryFile
from sepm.recovery.recovery_file import read_recovery_file
from tests.sepm.recovery.packing import NAME, WRITTEN, member, pack, parts

WHOLE = pack(parts())
SEEDS = [*parts().values(), member(".jks", 1)[1], b"\xce\xce\xce\xce", b"\x30\x82\x01\x00", b"-----BEGIN X-----"]
KEY_TEXT = member("server.key")[1].decode().splitlines()[5]
"""A line from the midst of a key."""
LONGEST = 10  # seconds of this process, for any one input
MOST = 256 << 10  # KiB in all


@pytest.fixture(scope="module", autouse=True)
def little_memory():
    """All inputs together make the process no larger than that."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST


def outcome(content):
    """The facts or the error; never anything else, and never late."""
    began = time.process_time()
    try:
        file = read_recovery_file(content, NAME)
    except UnusableRecoveryFile as error:
        return error
    finally:
        assert time.process_time() - began < LONGEST
    for finding in examine(file, now=WRITTEN):
        assert finding.message
    assert RecoveryFile.model_validate_json(file.model_dump_json()) == file
    assert KEY_TEXT not in repr(file)
    return file


@st.composite
def damaged(draw, whole):
    """A file with some bytes changed, cut out, doubled or put in."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(("change", "cut", "double", "put in", "end"))):
            case "change":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del content[at : at + draw(st.integers(1, 64))]
            case "double":
                content[at:at] = content[at : at + draw(st.integers(1, 64))]
            case "put in":
                content[at:at] = draw(st.sampled_from((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"PK\x01\x02")))
            case _:
                del content[at:]
    return bytes(content)


names = st.text(st.sampled_from("ab./\\:\0é\u202e"), max_size=12)
contents = st.one_of(st.binary(max_size=300), st.sampled_from(SEEDS), st.sampled_from(SEEDS).flatmap(damaged))


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=500), st.binary(max_size=500).map(b"PK\x03\x04".__add__)))
def test_any_bytes(content):
    """What is no archive is refused as none, with what to do."""
    error = outcome(content)
    assert isinstance(error, UnusableRecoveryFile)
    assert (error.address, bool(error.what), bool(error.remedy)) == (NAME, True, True)


@settings(max_examples=300)
@given(damaged(WHOLE))
def test_a_damaged_archive(content):
    """Damage is an error, or in a part that the reader skips."""
    outcome(content)


@settings(max_examples=60)
@given(st.fixed_dictionaries({name: st.sampled_from(SEEDS).flatmap(damaged) for name in ("a.jks", "a.properties")}))
def test_a_sound_archive_of_damaged_files(files):
    """Each file is read for itself: one that cannot be read is named, and the others show the certificate."""
    file = outcome(pack({**parts(), **files}))
    if isinstance(file, UnusableRecoveryFile):
        assert "an archive itself" in str(file)  # damage can look like that
        return
    known = {each.fingerprint for holding in file.holdings for each in holding.certificates}
    assert known


@settings(max_examples=200)
@given(st.dictionaries(names, contents, min_size=1, max_size=6))
def test_any_names_and_contents(files):
    """No name leads out of the archive, whatever it is."""
    file = outcome(pack(files))
    if isinstance(file, RecoveryFile):
        for name in file.members:
            assert name.isprintable()
            assert not name.startswith("/")
            assert ".." not in name.split("/")
