"""Files of keys and tokens: whose modes are good enough."""

import os

import pytest

from certificates.secret_file import ReadableByOthers, read_secret
from engine.codec.payload_keys import payload_codec
from engine.fault import PayloadKeysMalformed
from engine.settings import TemporalSettings
from issuing.settings import DnsSettings
from store.keys.key_encryption import KeySettingsWrong
from store.keys.key_file import KeyFileReadable, read_keys
from store.keys.transit_settings import TransitSettings


@pytest.fixture
def file(tmp_path):
    """A file that holds a secret."""
    path = tmp_path / "secret"
    path.write_bytes(b"secret\n")
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_for_its_owner_is_read(file, mode):
    """Whatever its owner may do with it."""
    file.chmod(mode)
    assert read_secret(file) == b"secret\n"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o660, 0o601])
def test_a_file_that_others_can_open_is_refused(file, mode):
    """The refusal names the mode and what to do, and nothing of the content."""
    file.chmod(mode)
    with pytest.raises(ReadableByOthers, match=f"mode {mode:04o}.*chmod 0600") as refused:
        read_secret(file)
    assert "secret\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("mode", "good"), [(0o440, True), (0o400, True), (0o460, False), (0o444, False), (0o644, False)]
)
def test_a_file_of_another_user_may_be_open_to_our_group(file, monkeypatch, mode, good):
    """So systemd and clusters hand out secrets; only their owner may write, and other users cannot read."""
    file.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    if good:
        assert read_secret(file) == b"secret\n"
    else:
        with pytest.raises(ReadableByOthers):
            read_secret(file)


def test_a_file_that_is_not_there_is_not_there(tmp_path):
    """Its absence is not mistaken for a refusal."""
    with pytest.raises(FileNotFoundError):
        read_secret(tmp_path / "secret")


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda file: payload_codec(TemporalSettings(payload_keys_file=file)), PayloadKeysMalformed),
        (lambda file: TemporalSettings(tls_key=file).tls_config(), OSError),
        (lambda file: DnsSettings(tsig_name="name", tsig_key_file=file).key(), ValueError),
        (lambda file: TransitSettings(token_file=file).current_token(), KeySettingsWrong),
        (read_keys, KeyFileReadable),
    ],
    ids=["payload keys", "key of Temporal's client certificate", "TSIG key", "Vault's token", "key file"],
)
def test_every_key_of_the_service_is_read_so(file, read, error):
    """Each setting that names such a file refuses one that others can read, and says what to do."""
    file.chmod(0o644)
    with pytest.raises(error, match="chmod 0600"):
        read(file)
