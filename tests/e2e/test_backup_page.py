"""The commands of docs/admin/backup.md, as they are written there."""

import json
import os
import re
import socket
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.e2e.test_up import CLEAN, ROTATOR, TIMEOUT, Up

PAGE = Path(__file__).parents[2] / "docs" / "admin" / "backup.md"


def blocks(heading):
    """The blocks of commands below a heading."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:^(?: {4}| {7})\S.*\n)+", section, flags=re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


@pytest.fixture
def shell(tmp_path):
    """Runs commands in a folder of their own, and gives what they print."""

    def run(commands):
        ended = subprocess.run(
            ["sh", "-euc", commands],
            cwd=tmp_path,
            env={**CLEAN, "PATH": f"{ROTATOR.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return run


def certificates(shell):
    """The certificates that the service knows."""
    return {each["id"] for each in json.loads(shell("rotator certificate list --json"))["items"]}


def events(shell):
    """The trail of the service."""
    return json.loads(shell("rotator audit events --json"))["items"]


def test_a_backup_is_taken_and_restored_as_the_page_says(shell, tmp_path) -> None:
    """What was there at the copy is there again, with its keys; what came later is not."""
    (take,) = blocks("Taking one")
    put_back, start = blocks("Restoring")
    first = Up(tmp_path / "var")
    try:
        shell("rotator certificate self-signed sepm-1.test")
        before = certificates(shell)
        shell(take)
        assert events(shell)[-1]["kind"] == "backup-made"
        assert events(shell)[-1]["who"].startswith("the local operator ")
        shell("rotator certificate self-signed sepm-2.test")
        assert len(certificates(shell)) == 2
        assert first.stop() == 0
    finally:
        first.close()
    shell(put_back)
    assert start == "rotator up --folder var\n"
    again = Up(tmp_path / "var")
    try:
        assert certificates(shell) == before
        noted = [each for each in events(shell) if each["kind"] == "backup-restored"]
        assert [(each["who"], each["address"]) for each in noted] == [("the service", socket.gethostname())]
        for name in ("api.key", "rotator.key"):
            assert (tmp_path / "var" / name).read_text() == (tmp_path / "var.before" / name).read_text()
        (kept,) = before
        shell(f"rotator certificate keystore {kept} --out kept.p12")
        assert (tmp_path / "kept.p12").stat().st_size, "its key opens"
    finally:
        again.close()
