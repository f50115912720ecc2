"""The folder of `rotator up`."""

from cli.service.folder import Folder
from engine.codec.payload_keys import parse_keys


def test_the_key_that_signs_is_made_once_and_for_its_owner(tmp_path):
    """A service that starts again signs with the same key, and reads what it has signed before."""
    folder = Folder.at(tmp_path / "var")
    folder.make_signing_key()
    (key,) = parse_keys(folder.signing_key.read_text("utf-8"), source="the test")
    folder.make_signing_key()
    assert parse_keys(folder.signing_key.read_text("utf-8"), source="the test") == (key,)
    assert folder.signing_key.stat().st_mode & 0o777 == 0o600
