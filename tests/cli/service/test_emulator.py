"""`rotator emulator`: the emulator's own command line under the product's command."""

import json
import signal
import subprocess
import sys

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
