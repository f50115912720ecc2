"""The file of originals: what is written is read again, and what is not whole is refused."""

import hashlib
import json

import pytest

from rotation.originals.file import LARGEST, UnusableOriginalsError, read_originals, sha256_of, write_originals


def refusal(text):
    """Why a text is refused: code, words, and what to do."""
    with pytest.raises(UnusableOriginalsError) as refused:
        read_originals(text)
    assert refused.value.remedy
    return refused.value.code, str(refused.value)


def signed(document):
    """The text of a document whose SHA-256 is right, whatever it holds."""
    canonical = json.dumps(document["originals"], sort_keys=True, separators=(",", ":"))
    return json.dumps(document | {"sha256": hashlib.sha256(canonical.encode()).hexdigest()})


@pytest.fixture
def document(originals):
    """The file as JSON."""
    return json.loads(write_originals(originals))


def test_what_is_written_is_read_again(originals, document):
    """Every value comes back; the same originals make the same text; spaces and line ends do not count."""
    text = write_originals(originals)
    assert read_originals(text) == originals
    assert write_originals(read_originals(text)) == text
    assert read_originals(json.dumps(document, indent=7).replace("\n", "\r\n")) == originals
    assert document["sha256"] == sha256_of(originals)


def test_it_names_everything_by_id_and_name(originals, document):
    """Groups and locations with both; servers, list, copy, certificates; and nothing that is secret."""
    inside = document["originals"]
    assert [(each["group_path"], each["location_name"]) for each in inside["pairs"]] == [
        ("G", "Default"),
        ("H", "Default"),
    ]
    assert all(each["group_id"] and each["location_id"] == "L-Default" for each in inside["pairs"])
    assert [each["name"] for each in inside["servers"]] == ["s1", "s2"]
    assert inside["copies"] == [{"source": "Default List", "copy_name": "Default List (HTTP for certificate rotation)"}]
    assert {each["replaces"] for each in inside["certificates"]} == {"cd" * 32}
    assert originals.goes_back() == {each.pair: ("Default List", True) for each in originals.pairs}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7", '{"form": "another"}', "[" * 100_000])
def test_what_is_no_such_file_is_refused(text):
    """No JSON, cut off, nested without end, or another document."""
    assert refusal(text)[0] == "originals-unreadable"


def test_what_is_too_large_is_refused():
    """Before anything makes sense of it."""
    assert "larger than 10 MiB" in refusal(" " * (LARGEST + 1))[1]


def test_what_cannot_be_read_again_is_not_written(originals):
    """More pairs than a text may hold are refused at once."""
    long = tuple(each.model_copy(update={"group_path": "x" * (LARGEST // 2)}) for each in originals.pairs)
    with pytest.raises(UnusableOriginalsError) as refused:
        write_originals(originals.model_copy(update={"pairs": long}))
    assert "backup" in refused.value.remedy


@pytest.mark.parametrize("version", [None, 0, "1", True, 1.0])
def test_a_version_is_named(document, version):
    """It is a number from 1 on."""
    assert refusal(json.dumps(document | {"version": version}))[0] == "originals-unreadable"


def test_a_newer_version_is_refused(document):
    """What it means is not guessed: the release that wrote it reads it."""
    assert refusal(json.dumps(document | {"version": 2}))[0] == "originals-newer"


def test_a_damaged_or_edited_file_is_refused(originals, document):
    """One letter, one setting, one hash, and a part that is missing."""
    text = write_originals(originals)
    document["originals"]["pairs"][0]["secure_communications"] = False
    for broken in (
        text.replace("Default", "Defaulx", 1),
        json.dumps(document),
        text.replace(sha256_of(originals), "ab" * 32),
        text.replace(sha256_of(originals), ""),
        json.dumps({"form": "sepm-rotator-originals", "version": 1}),
    ):
        assert refusal(broken)[0] == "originals-damaged"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"pairs": []}, "pairs"),
        ({"site_id": "../etc"}, "site_id"),
        ({"recorded_at": "2026-03-01T08:00:00"}, "recorded_at"),
        ({"clients": -1}, "clients"),
        ({"password": "x"}, "password"),
        ({"servers": [{"name": "s\x001", "address": "a"}]}, "servers.0.name"),
        ({"servers": [{"name": "\ud800", "address": "a"}]}, "Invalid JSON"),
        ({"canaries": [float("nan")]}, "canaries"),
    ],
)
def test_what_has_another_form_is_refused(document, change, where):
    """Though its SHA-256 is right: a person who edits a file can compute it. Each value has its bounds."""
    code, message = refusal(signed(document | {"originals": document["originals"] | change}))
    assert code == "originals-malformed"
    assert where in message


def test_a_pair_twice_is_refused(document):
    """Which of both goes back is not guessed."""
    inside = document["originals"]
    twice = inside | {"pairs": [*inside["pairs"], inside["pairs"][0]]}
    assert "twice" in refusal(signed(document | {"originals": twice}))[1]
