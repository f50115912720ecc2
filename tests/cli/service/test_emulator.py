"""`rotator emulator`: the emulator's own command line under the product's command."""

import json
import signal
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "cli.main", "emulator"]


def test_it_serves_until_it_is_stopped():
    """Options reach the emulator, it says where it is, and SIGTERM ends it with exit code 0."""
    with subprocess.Popen(
        [*COMMAND, "--scenario", "one-server", "--clients", "5", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        described = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert described["rest"]["url"].startswith("https://127.0.0.1:")


def test_its_help_is_the_emulators():
    """--help shows the emulator's options, under the name that was typed."""
    shown = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "usage: rotator emulator" in shown.stdout
    assert "--scenario" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "shown"),
    [
        (["--help"], 0, ["použití: rotator emulator", "volby:", "jedno semínko dá jeden průběh"]),
        (["--seed", "x"], 2, ["chyba: volba --seed: 'x' není celé číslo"]),
        (["--heartbeat", "x"], 2, ["'x' není délka času jako 3s, 5m nebo 1h"]),
        (["--scenario", "x"], 2, ["'x' není žádná z možností"]),
        (["--wrong"], 2, ["neznámé volby: --wrong"]),
    ],
)
def test_it_speaks_czech(arguments, code, shown):
    """Help and refusals, those of Python's own parser included."""
    command = [sys.executable, "-m", "cli.main", "--language", "cs", "emulator", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert [text for text in shown if text not in done.stdout + done.stderr] == []
    assert "usage" not in done.stdout + done.stderr
