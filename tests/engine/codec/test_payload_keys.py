"""Where the keys of payloads come from, and the errors of those that are none."""

import base64
import re

import pytest
from pydantic import SecretStr

from engine.client.client import lazy_client
from engine.codec.codec import EncryptingCodec, key_id
from engine.codec.payload_keys import parse_keys, payload_codec
from engine.fault import PayloadKeysMalformed
from engine.settings import TemporalSettings

FIRST, SECOND = b"1" * 32, b"2" * 32
TEXTS = tuple(base64.b64encode(key).decode() for key in (FIRST, SECOND))


def test_payloads_stay_readable_where_nothing_is_set() -> None:
    """Encryption is asked for."""
    assert payload_codec(TemporalSettings()) is None


def test_the_environment_names_keys_and_file(monkeypatch, tmp_path) -> None:
    """A file of keys, or the keys themselves, which go first; neither shows in what is printed of the settings."""
    file = tmp_path / "payload.keys"
    file.write_text(f"# since May\n{TEXTS[0]}\n\n{TEXTS[1]}  # until April\n")
    file.chmod(0o600)
    monkeypatch.setenv("ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE", str(file))
    codec = payload_codec(TemporalSettings())
    assert codec is not None
    assert codec.key_id == key_id(FIRST)
    monkeypatch.setenv("ROTATOR_TEMPORAL_PAYLOAD_KEYS", f"{TEXTS[1]}, {TEXTS[0]}")
    codec = payload_codec(TemporalSettings())
    assert codec is not None
    assert codec.key_id == key_id(SECOND)
    assert TEXTS[1] not in repr(TemporalSettings())


async def test_every_client_encrypts_where_keys_are_set() -> None:
    """The API's client takes the codec from the settings, so that none can be without it."""
    client = await lazy_client(TemporalSettings(payload_keys=SecretStr(TEXTS[0])))
    assert isinstance(client.data_converter.payload_codec, EncryptingCodec)


@pytest.mark.parametrize("between", ["\n", ",", ", ", "\r\n", " "], ids=repr)
def test_keys_are_read_in_order(between) -> None:
    """However they are set apart."""
    assert parse_keys(between.join(TEXTS), source="here") == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "holds no key"),
        ("# nothing but a remark\n", "holds no key"),
        (f"{TEXTS[0]}\nhunter2\n", "key 2 of"),
        (base64.b64encode(b"short").decode(), "key 1 of"),
        (TEXTS[0][:-1], "key 1 of"),
        (f"{TEXTS[0]}é", "key 1 of"),
    ],
    ids=["empty", "a remark", "no base64", "too short", "cut", "no ASCII"],
)
def test_a_wrong_key_is_located_and_not_shown(tmp_path, text, named) -> None:
    """The error names the file and the place in it, and never what stands there."""
    file = tmp_path / "payload.keys"
    file.touch(0o600)
    file.write_text(text, "utf-8")
    with pytest.raises(PayloadKeysMalformed, match=named) as caught:
        payload_codec(TemporalSettings(payload_keys_file=file))
    assert str(file) in str(caught.value)
    assert not re.search(r"hunter2|MTEx|c2hv", str(caught.value))


def test_a_file_that_is_not_there_is_not_made(tmp_path) -> None:
    """A new key could not read what the old one has encrypted."""
    file = tmp_path / "payload.keys"
    with pytest.raises(PayloadKeysMalformed, match="PAYLOAD_KEYS_FILE"):
        payload_codec(TemporalSettings(payload_keys_file=file))
    assert not file.exists()
