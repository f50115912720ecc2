"""The folder of `rotator up`."""

from cli.service.folder import Folder


def test_the_key_of_the_api_can_be_an_argument(tmp_path):
    """It is hexadecimal, so that no dash at its beginning makes an option of it; and it stays as it is."""
    folder = Folder.at(tmp_path / "var")
    folder.make_api_key()
    key = folder.api_key.read_text("utf-8")
    assert len(bytes.fromhex(key.strip())) == 32
    folder.make_api_key()
    assert folder.api_key.read_text("utf-8") == key
