"""`rotator up` as a process: what it says, what it restarts, what it leaves behind."""

import contextlib
import json
import os
import signal
import sqlite3
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROTATOR = Path(sys.executable).parent / "rotator"
TIMEOUT = 60
# what the machine of the tests may have set for some other service
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
CLEAN["ROTATOR_REHEARSAL"] = "true"  # its site is emulated, and waits for seconds


def command(folder: Path) -> list[str]:
    """`rotator up` on free ports."""
    return [str(ROTATOR), "up", "--folder", str(folder), "--port", "0", "--temporal-port", "0", "--ui-port", "0"]


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition of another process."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    if Path("/proc/self").exists():
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


class Up:
    """A running `rotator up`."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.log = (folder.parent / f"{folder.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*command(folder), "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**CLEAN, **environment},
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        line = self.out.readline()
        assert line, Path(self.log.name).read_text()
        self.printed = json.loads(line)

    def file(self) -> dict[str, Any]:
        """What `up.json` says now."""
        found: dict[str, Any] = json.loads((self.folder / "up.json").read_text())
        return found

    def ready(self) -> bool:
        """Whether the API says that everything answers."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.printed['api']}/healthz/ready", timeout=5, trust_env=False).is_success
        return False

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        return self.process.wait(TIMEOUT)

    def close(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.out.close()
        self.log.close()


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Up]:
    """A service that the tests of this module share."""
    running = Up(tmp_path_factory.mktemp("up") / "var")
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def own(tmp_path) -> Iterator[Callable[..., Up]]:
    """Services on one folder, for one test alone."""
    started: list[Up] = []

    def start(*arguments: str, **environment: str) -> Up:
        started.append(Up(tmp_path / "var", *arguments, **environment))
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            each.close()


def test_it_says_where_everything_is_when_it_is_ready(up) -> None:
    """One line of JSON, the same in up.json; the API answers by then, and so does the log-in of the Temporal UI."""
    assert up.ready()
    assert up.file() == {**up.printed, "pids": up.file()["pids"]}
    assert set(up.printed["pids"]) == {"temporal", "worker", "api"}
    page = httpx.get(
        up.printed["ui"], headers={"Accept": "text/html"}, timeout=10, trust_env=False, follow_redirects=True
    )
    assert (page.status_code, "Log in" in page.text) == (200, True)


def test_the_api_key_opens_the_api(up) -> None:
    """The key that was made at the first start is the one that the API asks for."""
    key = Path(up.printed["api_key_file"]).read_text().strip()
    sites = f"{up.printed['api']}/v1/sites"
    assert httpx.get(sites, trust_env=False).status_code == 401
    assert httpx.get(sites, trust_env=False, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_only_its_owner_reads_the_folder(up) -> None:
    """Only their owner may read folder, databases and keys."""
    assert stat.S_IMODE(up.folder.stat().st_mode) == 0o700
    for name in ("api.key", "rotator.key", "rotator.db", "temporal.db", "up.json"):
        assert stat.S_IMODE((up.folder / name).stat().st_mode) & 0o077 == 0, name


@pytest.mark.parametrize("name", ["worker", "api", "temporal"])
def test_a_child_that_is_killed_comes_back(up, name) -> None:
    """After kill -9 of a child it runs again under another id, which up.json shows, and the service is ready."""
    before = up.file()["pids"]
    os.kill(before[name], signal.SIGKILL)
    until(lambda: up.file()["pids"].get(name, before[name]) != before[name], f"{name} runs again")
    until(up.ready, "ready again")
    after = up.file()["pids"]
    assert lives(after[name])
    assert {each: pid for each, pid in after.items() if each != name} == {
        each: pid for each, pid in before.items() if each != name
    }


def test_a_second_one_on_the_same_folder_is_refused(up) -> None:
    """It says who holds the folder, and the first one goes on."""
    second = subprocess.run(command(up.folder), capture_output=True, text=True, check=False, env=CLEAN, timeout=TIMEOUT)
    assert second.returncode == 1
    assert f"process {up.process.pid}" in second.stderr
    assert up.ready()


def test_a_used_port_is_named(up, tmp_path) -> None:
    """Nothing is started beside a server that holds the port, and the message names the port."""
    port = str(up.printed["ports"]["api"])
    flags = [*command(tmp_path / "var"), "--port", port]
    second = subprocess.run(flags, capture_output=True, text=True, check=False, env=CLEAN, timeout=TIMEOUT)
    assert second.returncode == 1
    assert port in second.stderr


def test_unusable_payload_keys_are_refused(tmp_path) -> None:
    """Nothing is started, and the message names the file and not what it holds."""
    keys = tmp_path / "payload.keys"
    keys.touch(0o600)
    keys.write_text("hunter2\n")
    flags, environment = command(tmp_path / "var"), {**CLEAN, "ROTATOR_TEMPORAL_PAYLOAD_KEYS_FILE": str(keys)}
    refused = subprocess.run(flags, capture_output=True, text=True, check=False, env=environment, timeout=TIMEOUT)
    assert refused.returncode == 1
    assert f"key 1 of {keys} is not base64 of 32 bytes" in refused.stderr
    assert "hunter2" not in refused.stderr
    assert not (tmp_path / "var" / "temporal.db").exists()


def test_a_backup_is_taken_while_it_runs(up, tmp_path) -> None:
    """Both databases are whole, with the key; private; and a backup is never written over."""
    target = tmp_path / "backup"
    flags = [str(ROTATOR), "backup", "--folder", str(up.folder), str(target)]
    first = subprocess.run(flags, capture_output=True, text=True, check=False, env=CLEAN, timeout=TIMEOUT)
    assert first.returncode == 0, first.stderr
    assert {path.name for path in target.iterdir()} == {"temporal.db", "rotator.db", "rotator.key"}
    for path in target.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    for name in ("temporal.db", "rotator.db"):
        with contextlib.closing(sqlite3.connect(target / name)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (target / "rotator.key").read_text() == (up.folder / "rotator.key").read_text()
    second = subprocess.run(flags, capture_output=True, text=True, check=False, env=CLEAN, timeout=TIMEOUT)
    assert (second.returncode, second.stdout) == (2, "")
    assert "exists; give another folder" in second.stderr


def test_a_stop_leaves_nothing_and_a_start_finds_everything(own) -> None:
    """SIGTERM ends all of it with exit code 0; the next start has the same keys."""
    first = own()
    key = (first.folder / "api.key").read_text()
    assert first.stop() == 0
    assert [pid for pid in first.printed["pids"].values() if lives(pid)] == []
    assert not (first.folder / "up.json").exists()

    second = own()
    assert (second.folder / "api.key").read_text() == key
    assert second.ready()


def test_a_temporal_that_runs_elsewhere_is_used(up, own) -> None:
    """With an address set, no server is started; worker and API use that one. The key is the folder's all the same."""
    elsewhere = own(
        ROTATOR_TEMPORAL_ADDRESS=up.printed["temporal"],
        ROTATOR_TEMPORAL_TASK_QUEUE="elsewhere",
    )
    assert elsewhere.ready()
    assert set(elsewhere.printed["pids"]) == {"worker", "api"}
    assert (elsewhere.printed["temporal"], elsewhere.printed["ui"]) == (up.printed["temporal"], None)
    key = (elsewhere.folder / "api.key").read_text().strip()
    assert httpx.get(
        f"{elsewhere.printed['api']}/v1/sites", trust_env=False, headers={"Authorization": f"Bearer {key}"}
    ).is_success


def test_killed_itself_it_leaves_no_orphan(own) -> None:
    """After kill -9 of `rotator up` every child is gone, and the folder serves again at once."""
    first = own()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(TIMEOUT)
    until(lambda: not any(lives(pid) for pid in first.printed["pids"].values()), "all children are gone")

    assert own().ready()


@pytest.mark.parametrize(
    ("had_a_key", "says"), [(False, "rotator up: a key in"), (True, "ended 3 times")], ids=["first start", "later"]
)
def test_a_service_that_cannot_come_up_says_why(tmp_path, had_a_key, says) -> None:
    """The first start makes a key of the API, and says what keeps it from that; later a child that ends is named."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "rotator.key").touch(0o600)
    (folder / "rotator.key").write_text("no key")
    if had_a_key:
        (folder / "api.key").write_text("of an earlier start")
        (folder / "rotator.db").touch()
    failed = subprocess.run(command(folder), capture_output=True, text=True, check=False, env=CLEAN, timeout=TIMEOUT)
    assert failed.returncode == 1
    assert says in failed.stderr
    assert "is not base64" in failed.stderr
    assert not (folder / "up.json").exists()


def test_with_a_certificate_api_and_ui_speak_tls(own, tmp_path) -> None:
    """Commands in the folder trust that certificate and no other; plain text gets no answer."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=rotator")
    subprocess.run(["openssl", *made, "-out", str(cert), "-keyout", str(key)], check=True, capture_output=True)
    up = own("--tls-cert", str(cert), "--tls-key", str(key))
    api, ui = up.printed["api"], up.printed["ui"]
    assert api.startswith("https://127.0.0.1:")
    assert ui.startswith("https://127.0.0.1:")

    def whoami() -> subprocess.CompletedProcess[str]:
        asked = [str(ROTATOR), "whoami", "--folder", str(up.folder)]
        return subprocess.run(asked, capture_output=True, text=True, env=CLEAN, timeout=TIMEOUT, check=False)

    assert whoami().returncode == 0, whoami().stderr
    trusted = ssl.create_default_context(cafile=cert)
    trusted.check_hostname = False  # it has no name
    page = httpx.get(ui, headers={"Accept": "text/html"}, verify=trusted, trust_env=False, follow_redirects=True)
    assert (page.status_code, "Log in" in page.text) == (200, True)
    for address in (api, ui):
        with pytest.raises(httpx.TransportError):
            httpx.get(address.replace("https", "http"), timeout=10, trust_env=False)
    subprocess.run(["openssl", *made, "-out", str(cert), "-keyout", str(key)], check=True, capture_output=True)
    assert "cannot be reached" in whoami().stderr, "another certificate was trusted"
