"""`rotator recovery inspect`: recovery files on this machine, without any service."""

import json
import os
import subprocess
import sys

import pytest

from tests.sepm.recovery.packing import DOMAIN, NAME, PASSWORD, credential, member, pack, parts


def inspect(file, *options):
    """What the command printed, and how it ended. There is no service that it could reach."""
    command = [sys.executable, "-m", "cli.main", "recovery", "inspect", str(file), *options]
    wide = os.environ | {"COLUMNS": "300"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=file.parent, env=wide)


@pytest.fixture
def written(tmp_path):
    """Writes an archive."""

    def write(files):
        file = tmp_path / NAME
        file.write_bytes(pack(files))
        return file

    return write


def test_what_lies_in_it_is_printed_and_nothing_secret(written):
    """Certificate, dates, key, domain; code 0; no key, no password, and no file beside the archive."""
    shown = inspect(written(parts()))
    assert (shown.returncode, shown.stderr) == (0, "")
    for text in ("CN=sepm.example", "private key matches", f"default domain {DOMAIN}", "2028-06-19", "It can put"):
        assert text in shown.stdout
    assert "PRIVATE KEY" not in shown.stdout
    assert list(written(parts()).parent.iterdir()) == [written(parts())]


def test_what_cannot_be_put_back_is_code_1(written):
    """With the reason and what to do; as JSON too."""
    file = written({**parts(), "server.key": member("server.key", 1)[1]})
    shown = inspect(file, "--json")
    report = json.loads(shown.stdout)
    assert (shown.returncode, report["usable"], report["key_matches"]) == (1, False, False)
    assert [each["code"] for each in report["findings"]] == ["recovery-key-of-another"]
    assert "It cannot put" in inspect(file).stdout


def test_what_is_no_recovery_file_is_code_2(written, tmp_path):
    """A damaged one, one that leads out, one that is not there: a reason, and no traceback."""
    cut = tmp_path / "cut.zip"
    cut.write_bytes(pack(parts())[:-9])
    for given, why in (
        (cut, "cut or damaged"),
        (written({"../x": b""}), "leads out"),
        (tmp_path / "none.zip", "cannot be read"),
    ):
        shown = inspect(given)
        assert (shown.returncode, shown.stdout) == (2, "")
        assert why in shown.stderr
        assert "Traceback" not in shown.stderr


def test_a_password_comes_from_a_file(written, tmp_path):
    """For an archive that does not tell it; half a place is refused."""
    file = written({"keystore.jks": member(".jks")[1]})
    assert inspect(file).returncode == 1
    (tmp_path / "password").write_text(PASSWORD + "\n")
    shown = inspect(file, "--password-file", str(tmp_path / "password"), "--json")
    report = json.loads(shown.stdout)
    assert (shown.returncode, report["key_matches"], report["file"]["tells_password"]) == (0, True, False)
    assert report["certificate"]["subject"] == credential().certificate.subject.rfc4514_string()
    assert inspect(file, "--site", "vienna").returncode == 2
