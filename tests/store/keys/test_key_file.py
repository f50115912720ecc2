"""The key file: several keys, one of which seals, changed while others read it."""

import base64
import os
import stat
import time

import pytest

from store.keys.key_encryption import LocalKey, VaultKeyMissing
from store.keys.key_file import KeyFileInUse, VaultKeyMalformed, changing, make_key, put_key_first, read_keys, take_out
from store.keys.key_sources import FileKeys


@pytest.fixture
def path(tmp_path):
    """A key file with a key."""
    make_key(tmp_path / "rotator.key")
    return tmp_path / "rotator.key"


def ids(path):
    """The ids of the keys in a file."""
    return [LocalKey(key).id for key in read_keys(path)]


def named(key):
    """The id of a key."""
    return LocalKey(key).id


def sealing(keys):
    """The id of the key that seals."""
    return next(each for each in keys.ids() if keys.sealing().has(each))


def test_a_new_key_goes_first_and_the_others_stay(path):
    """What was written beside the keys stays as well, and so do owner and mode."""
    path.write_text("# of this year\n" + path.read_text())
    path.chmod(0o400)
    (old,) = ids(path)
    put_key_first(path)
    assert ids(path)[1:] == [old]
    assert "# of this year" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert [each.name for each in path.parent.iterdir()] == ["rotator.key"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_file_keeps_its_owner(path):
    """An administrator who changes the keys of a service leaves them readable for it."""
    os.chown(path, 12345, 12346)
    put_key_first(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)


def test_a_link_stays_a_link(path, tmp_path):
    """Where the file is a link its target gets the key."""
    link = tmp_path / "link.key"
    link.symlink_to(path)
    put_key_first(link)
    assert link.is_symlink()
    assert len(ids(path)) == 2


def test_a_damaged_file_gets_no_key(path):
    """A key is not put into what is no key file."""
    path.write_text("not-a-key")
    with pytest.raises(VaultKeyMalformed):
        put_key_first(path)
    assert path.read_text() == "not-a-key"


def test_a_key_that_is_taken_out_lies_in_a_file_of_its_own(path):
    """No key is lost, and the new file is as private as the old one."""
    put_key_first(path)
    new, old = read_keys(path)
    (moved,) = take_out(path, keep=lambda key: key == new, named=named)
    assert moved == path.with_name(f"rotator.key.{named(old)}")
    assert (read_keys(path), read_keys(moved)) == ((new,), (old,))
    assert stat.S_IMODE(moved.stat().st_mode) == 0o600


def test_the_last_key_takes_the_file_along(path):
    """Where no key is left no file is: an empty one would look damaged."""
    (key,) = read_keys(path)
    (moved,) = take_out(path, keep=lambda _: False, named=named)
    assert not path.exists()
    assert read_keys(moved) == (key,)


def test_keys_on_one_line_are_parted(path):
    """With two keys on a line the one that stays, stays."""
    put_key_first(path)
    new, old = read_keys(path)
    path.write_text(",".join(base64.b64encode(key).decode() for key in (new, old)))
    take_out(path, keep=lambda key: key == new, named=named)
    assert read_keys(path) == (new,)


def test_only_one_process_changes_keys(path):
    """A second one is refused while the first is at it, and not afterwards."""
    with changing(path.parent), pytest.raises(KeyFileInUse), changing(path.parent):
        pytest.fail("both are at it")
    with changing(path.parent):
        pass


def test_a_running_process_learns_of_a_new_key(path):
    """It seals with the new key at once, finds it by its id, and still opens with the old one."""
    keys = FileKeys(path)
    (old,) = ids(path)
    keys.sealing()
    put_key_first(path)
    new = ids(path)[0]
    assert keys.find(new, again=False) is None
    assert keys.find(new, again=True) is not None
    assert sealing(keys) == new
    assert keys.find(old, again=False) is not None


def test_a_running_process_keeps_what_it_knew(path):
    """A key that is taken out is still there for what the process has yet to write or to read."""
    keys = FileKeys(path)
    (old,) = ids(path)
    keys.sealing()
    put_key_first(path)
    take_out(path, keep=lambda key: named(key) != old, named=named)
    assert sealing(keys) != old
    assert keys.find(old, again=True) is not None
    assert keys.ids() == tuple(ids(path))


def test_nothing_is_sealed_with_a_key_whose_file_is_gone(path):
    """It could not be read after a restart, so that is an error; what was sealed before opens."""
    keys = FileKeys(path)
    (old,) = ids(path)
    keys.sealing()
    path.unlink()
    with pytest.raises(VaultKeyMissing):
        keys.sealing()
    assert keys.find(old, again=True) is not None
    assert not path.exists()


def test_the_file_is_read_only_when_it_has_changed(path, monkeypatch):
    """Looking costs one question to the file system."""
    keys = FileKeys(path)
    keys.sealing()
    monkeypatch.setattr("store.keys.key_sources.read_keys", lambda _: pytest.fail("read again"))
    keys.sealing()
    os.utime(path, (time.time(), path.stat().st_mtime + 1))
    with pytest.raises(pytest.fail.Exception):
        keys.sealing()
