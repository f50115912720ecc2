"""A Temporal that asks for certificate or key, by deploy/temporal-haproxy.cfg: the service gets in, others do not."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.client.client import connect, lazy_client
from engine.plugin import RotatorPlugin
from engine.process.embedded import EmbeddedServer, RunningServer, find_binary
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from tests.deploy.dockerfile import ROOT
from tests.programs import program
from tests.signing import SIGNING

KEY = "a-key-of-the-service"


@workflow.defn(sandboxed=False)
class Works:
    """Answers."""

    @workflow.run
    async def run(self) -> str:
        """Answer."""
        return "done"


@dataclass(frozen=True)
class Guarded:
    """A running Temporal behind haproxy."""

    folder: Path
    certificates: int
    """The port that wants a client certificate."""
    keys: int
    """The port that wants a key."""

    def settings(self, port: int, **more: Any) -> TemporalSettings:
        """How the service reaches a port of it."""
        return TemporalSettings(address=f"127.0.0.1:{port}", tls_ca=self.folder / "ca.pem", **more)

    def with_certificate(self, name: str) -> TemporalSettings:
        """With a certificate of the folder."""
        return self.settings(
            self.certificates, tls_cert=self.folder / f"{name}.pem", tls_key=self.folder / f"{name}.key"
        )

    def with_key(self, key: str) -> TemporalSettings:
        """With a key."""
        return self.settings(self.keys, api_key=SecretStr(key))


def issue(folder: Path, name: str, usage: str, authority: str = "") -> None:
    """Write a certificate and its key, signed by an authority of the folder or, where none is named, by itself."""
    flags = ["-subj", f"/CN={name}", "-days", "2", "-noenc", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
    flags += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    if authority:
        flags += ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-addext", "basicConstraints=CA:FALSE"]
        flags += ["-addext", f"extendedKeyUsage={usage}", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", *flags], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory) -> AsyncIterator[Guarded]:
    """Temporal, and haproxy before it by the file that is shipped, with other paths and ports."""
    haproxy = program("haproxy", package="haproxy")
    folder = tmp_path_factory.mktemp("guarded")
    for authority in ("ca", "other-ca"):
        issue(folder, authority, "")
    issue(folder, "server", "serverAuth", "ca")
    issue(folder, "client", "clientAuth", "ca")
    issue(folder, "stranger", "clientAuth", "other-ca")
    (folder / "both.pem").write_text((folder / "server.pem").read_text() + (folder / "server.key").read_text())
    (folder / "temporal.keys").write_text(f"Bearer {KEY}\n")
    port, ui_port, with_certificate, with_key = choose_ports("127.0.0.1", 0, 0, 0, 0)
    text = (ROOT / "deploy" / "temporal-haproxy.cfg").read_text("utf-8")
    for was, now in {
        "/etc/haproxy/temporal.pem": folder / "both.pem",
        "/etc/haproxy/clients.pem": folder / "ca.pem",
        "/etc/haproxy/temporal.keys": folder / "temporal.keys",
        "bind :7234": f"bind 127.0.0.1:{with_certificate}",
        "bind :7235": f"bind 127.0.0.1:{with_key}",
        "127.0.0.1:7233": f"127.0.0.1:{port}",
    }.items():
        assert was in text
        text = text.replace(was, str(now))
    (folder / "haproxy.cfg").write_text(text)
    server = EmbeddedServer(
        database=folder / "temporal.db", port=port, ui_port=ui_port, binary=find_binary(TemporalSettings())
    )
    running = await RunningServer.start(server)
    process = await asyncio.create_subprocess_exec(haproxy, "-db", "-f", str(folder / "haproxy.cfg"))
    try:
        async with asyncio.timeout(30):
            for each in (with_certificate, with_key):
                await listening(each)
        yield Guarded(folder, with_certificate, with_key)
    finally:
        process.terminate()
        await process.wait()
        await running.stop()


async def listening(port: int) -> None:
    """Wait until something listens on a port."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await writer.wait_closed()
            return


@pytest.mark.parametrize("how", ["certificate", "key"])
async def test_the_service_works_through_it(guarded, how):
    """A client and a worker of ours, with what the settings name: a workflow is started, done and answered."""
    settings = guarded.with_certificate("client") if how == "certificate" else guarded.with_key(KEY)
    async with asyncio.timeout(30):
        client = await connect(settings, RotatorPlugin(signing=SIGNING))
    queue = uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[Works], workflow_runner=UnsandboxedWorkflowRunner()):
        assert await client.execute_workflow(Works.run, id=queue, task_queue=queue) == "done"


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("no certificate", "canceled|CertificateRequired|broken pipe"),
        ("another certificate", "canceled|UnknownCA|broken pipe"),
        ("no key", "Unauthenticated.*unknown key"),
        ("another key", "Unauthenticated.*unknown key"),
        ("the end of a key", "Unauthenticated.*unknown key"),
    ],
)
async def test_others_reach_nothing(guarded, who, why):
    """Without a certificate or key that it knows, nothing is asked of Temporal; the refusal names a wrong key."""
    settings = {
        "no certificate": guarded.settings(guarded.certificates),
        "another certificate": guarded.with_certificate("stranger"),
        "no key": guarded.settings(guarded.keys),
        "another key": guarded.with_key("guessed"),
        "the end of a key": guarded.with_key(KEY[1:]),
    }[who]
    client = await lazy_client(settings)
    with pytest.raises(RuntimeError, match=why):
        await client.count_workflows()


def test_the_file_is_one_that_haproxy_takes_without_a_warning(guarded):
    """Its own check finds nothing."""
    haproxy = program("haproxy", package="haproxy")
    checked = subprocess.run(
        [haproxy, "-c", "-dW", "-f", str(guarded.folder / "haproxy.cfg")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
