"""`rotator keys` gives a running service a new key for everything, without interrupting it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import as_registered
from tests.e2e.test_up import CLEAN, TIMEOUT

PORTS = ("--port", "0", "--temporal-port", "0", "--ui-port", "0")


class Service:
    """A running `rotator up` with an emulated site, and the command line beside it."""

    def __init__(self, folder: Path, printed: dict[str, Any], emulated: dict[str, Any]) -> None:
        self.folder, self.emulated = folder, emulated
        self.output = self.site = ""
        key = (folder / "api.key").read_text().strip()
        self.http = httpx.Client(
            base_url=printed["api"], headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT, trust_env=False
        )

    def rotator(self, *arguments: str, code: int = 0) -> Any:
        """The output of a command, which must end with that exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments, "--folder", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
            env=CLEAN,
            timeout=TIMEOUT,
        )
        self.output += done.stdout + done.stderr
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if "--json" in arguments and code == 0 else done.stdout + done.stderr

    def register(self) -> None:
        """Register the emulated site: its password is sealed."""
        answer = self.http.post("/v1/sites", json=as_registered(self.emulated))
        assert answer.status_code == 201, answer.text
        self.site = answer.json()["id"]

    def survey(self) -> None:
        """Have the worker log on to the site with its password."""
        answer = self.http.post(f"/v1/sites/{self.site}/survey")
        assert answer.is_success, answer.text

    def make_certificate(self, name: str) -> None:
        """Have the API make a certificate: its key is sealed."""
        answer = self.http.post("/v1/certificates/self-signed", json={"names": [name], "days": 30})
        assert answer.status_code == 201, answer.text

    def keys(self) -> list[tuple[bool, int]]:
        """Of each key whether it seals, and how many values it seals."""
        return [(key["seals"], key["values"]) for key in self.rotator("keys", "list", "--json")["keys"]]


@contextlib.contextmanager
def running(log: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """A program whose first line is JSON."""
    with log.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, stderr=err, text=True, env=CLEAN
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text()
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(TIMEOUT)
        process.stdout.close()


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    """A service with a site."""
    folder = tmp_path / "var"
    up = ("cli.main", "up", "--folder", str(folder), "--json", *PORTS)
    site = ("emulator", "--scenario", "one-server", "--clients", "5", "--json")
    with running(tmp_path / "emulator.log", *site) as emulated, running(tmp_path / "up.log", *up) as printed:
        made = Service(folder, printed, emulated)
        with made.http:
            made.register()
            yield made


def test_a_running_service_gets_a_new_key(service, tmp_path) -> None:
    """Worker and API go on with the new key at once, the old one is retired a minute later, and no key is shown."""
    service.make_certificate("before")
    # a password, a certificate's key, and the key of codes
    assert service.keys() == [(True, 3)]
    first = service.rotator("keys", "rotate", "--json")
    assert (first["made"], first["done"]["values"]) == (True, 3)
    service.survey()
    service.make_certificate("after")
    assert service.keys() == [(True, 4), (False, 0)]

    file = service.folder / "rotator.key"
    assert "run this again in" in service.rotator("keys", "retire", code=1)
    os.utime(file, (0, 0))
    (moved,) = service.rotator("keys", "retire", "--json")["files"]
    service.survey()
    assert "No key is idle" in service.rotator("keys", "retire")
    assert first["key_id"] in service.rotator("keys", "list")

    secret = [*file.read_text().split(), *Path(moved).read_text().split()]
    assert len(secret) == 2
    everything = service.output + (tmp_path / "up.log").read_text()
    assert not [key for key in secret if key in everything]


def test_a_missing_folder_is_reported(tmp_path) -> None:
    """The command names a folder that is not there, and does not make it."""
    gone = tmp_path / "nowhere"
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "keys", "list", "--folder", str(gone)],
        capture_output=True,
        text=True,
        check=False,
        env=CLEAN,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1
    assert "is no folder" in done.stderr
    assert not gone.exists()
