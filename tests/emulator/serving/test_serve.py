import asyncio
import base64
import contextlib
import hashlib
import json
import os
import signal
import ssl
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from fastapi import FastAPI, Query

from emulator.certificates.certificates import Credential, self_signed
from emulator.certificates.keys import pool_key
from emulator.scenarios import one_server, three_servers
from emulator.serving.http_server import HttpServer
from emulator.serving.ports import PROBE_PATH
from emulator.serving.serve import Emulator, RobotOrder, ServeOptions
from emulator.spec import RobotSpec

PASSWORD = "store"


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def served_fingerprint(port: int) -> str:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=unverified())
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(der).hexdigest()


async def served_when_back(port: int) -> str:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(OSError):
                return await served_fingerprint(port)
            await asyncio.sleep(0.02)


def fresh_store() -> tuple[Credential, bytes]:
    credential = self_signed(pool_key(9), "SEPM-1", datetime.now(UTC).replace(microsecond=0))
    store = pkcs12.serialize_key_and_certificates(
        b"sepm",
        credential.key,
        credential.certificate,
        None,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    return credential, store


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # a zombie that no process has waited for runs no more
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - procfs
        return stat.read().rpartition(")")[2].split()[0] == "Z"


async def until(condition: Any, patience: float = 20) -> None:
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - another process is looked at
            await asyncio.sleep(0.02)


@pytest.fixture
async def process():
    command = ("-m", "emulator", "--scenario", "one-server", "--seed", "5", "--heartbeat", "1s", "--json")
    running = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert running.stdout is not None
    line = await asyncio.wait_for(running.stdout.readline(), 60)
    yield running, json.loads(line)
    if running.returncode is None:
        running.kill()
        await running.wait()


@pytest.fixture
def control():
    def connect(description: dict[str, Any]) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=description["control"]["url"],
            headers={"Authorization": f"Bearer {description['control']['token']}"},
        )

    return connect


async def test_command_serves_a_site_and_ends_cleanly(process):
    """The command describes the site on one line; it presents the certificate described; SIGTERM ends it with 0."""
    running, described = process
    server = described["servers"][0]
    assert await served_fingerprint(described["rest"]["port"]) == described["rest"]["fingerprint_sha256"]
    assert await served_fingerprint(server["https_port"]) == server["fingerprint_sha256"]
    assert described["server_lists"][0]["priorities"][0][0]["http_port"] == server["http_port"]
    trust = ssl.create_default_context(cadata=described["rest"]["ca_pem"])
    trust.check_hostname = False
    async with httpx.AsyncClient(verify=trust, base_url=described["rest"]["url"]) as rest:
        answer = await rest.post(
            "/api/v1/identity/authenticate",
            json={"username": described["rest"]["user"], "password": described["rest"]["password"], "domain": ""},
        )
        assert answer.status_code == 200
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        computers = await rest.get("/api/v1/computers", headers=headers)
        assert computers.json()["totalElements"] == 40
    async with httpx.AsyncClient() as client:
        probe = await client.get(f"http://127.0.0.1:{server['http_port']}{PROBE_PATH}")
        assert probe.text == "OK"
    running.terminate()
    assert await asyncio.wait_for(running.wait(), 20) == 0
    await until(lambda: gone(described["front_pid"]))


async def test_killed_emulator_leaves_no_front_behind(process):
    """When the emulator is killed its front goes by itself."""
    running, described = process
    running.kill()
    await running.wait()
    await until(lambda: gone(described["front_pid"]))


async def test_killed_front_is_an_outage_that_ends(process):
    """A killed front is back on the same port with the same certificate."""
    _, described = process
    os.kill(described["front_pid"], signal.SIGKILL)
    assert await served_when_back(described["rest"]["port"]) == described["rest"]["fingerprint_sha256"]


async def test_swap_shows_on_all_ports_after_the_restart(process, control):
    """After a replacement the ports refuse, then show the certificate of the file, on 443 and 8446 alike."""
    _, described = process
    server, (credential, store) = described["servers"][0], fresh_store()
    async with control(described) as api:
        answer = await api.post(
            "/console/replace_certificate",
            json={
                "server": "SEPM-1",
                "content_base64": base64.b64encode(store).decode(),
                "format": "pkcs12",
                "password": PASSWORD,
            },
        )
        assert answer.json()["fingerprint_sha256"] == credential.fingerprint
        for port in (described["rest"]["port"], server["https_port"], server["http_port"]):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
        for port in (described["rest"]["port"], server["https_port"]):
            assert await served_when_back(port) == credential.fingerprint
        effects = (await api.get("/effects")).json()
        assert [each["count"] for each in effects if each["kind"] == "console.replace_certificate"] == [1]


async def test_control_needs_its_token(process):
    """No caller steers the site without the token."""
    _, described = process
    async with httpx.AsyncClient(base_url=described["control"]["url"]) as api:
        for path in ("/verdict", "/clients"):
            assert (await api.get(path)).status_code == 401


async def test_control_shows_and_steers(process, control):
    """The control API shows what really is, takes servers down and up, and turns switches."""
    _, described = process
    async with control(described) as api:
        assert (await api.get("/verdict")).json()["clients_lost"] == 0
        pairs = (await api.get("/pairs")).json()
        assert {pair["group_path"] for pair in pairs} == {
            "My Company",
            "My Company\\Labs",
            "My Company\\Sales",
        }
        clients = (await api.get("/clients")).json()
        assert len(clients) == 40
        on = next(each["name"] for each in clients if each["powered"])
        assert "<ServerList " in (await api.get(f"/clients/{on}/sylink")).text
        assert (await api.get("/clients/ABSENT-1/sylink")).status_code == 404
        port = described["servers"][0]["https_port"]
        await api.post("/servers/SEPM-1/down")
        with pytest.raises(ConnectionRefusedError):
            await served_fingerprint(port)
        await api.post("/servers/SEPM-1/up")
        assert await served_fingerprint(port) == described["servers"][0]["fingerprint_sha256"]
        switches = await api.post("/switches", json={"patch_sem_server": "ignored"})
        assert switches.json()["patch_sem_server"] == "ignored"
        assert (await api.post("/switches", json={"no_such": 1})).status_code == 422
        assert (await api.post("/console/delete_list", json={"name": "None"})).status_code == 404
        copied = {"source": "Default Management Server List", "name": "Copy"}
        assert (await api.post("/console/copy_list", json=copied)).status_code == 200
        assert (await api.post("/console/copy_list", json=copied)).status_code == 409
        assert (await api.post("/console/no_such_act", json={})).status_code == 422
        assert [each["name"] for each in (await api.get("/lists")).json()][-1] == "Copy"
        saved = (await api.post("/console/save_recovery_file", json={"server": "SEPM-1"})).json()
        assert saved["filename"].startswith("recovery_")
        assert base64.b64decode(saved["content_base64"])


async def test_delays_can_be_forecast(process, control):
    """The robot's delays are forecast by kind and in sum, for a whole rotation or for given counts."""
    _, described = process
    async with control(described) as api:
        usual = (await api.get("/robot/delays")).json()
        assert len(usual["delays"]["replace_certificate"]) == 1
        two = (await api.get("/robot/delays", params={"copy_list": 2})).json()
        assert list(two["delays"]) == ["copy_list"]
        assert two["delays"]["copy_list"][0] == usual["delays"]["copy_list"][0]
        assert two == (await api.get("/robot/delays", params={"copy_list": 2})).json()


async def test_naive_replacement_loses_clients(process, control):
    """Replacing every certificate at once cuts clients off, and the emulator's verdict says so."""
    _, described = process
    async with control(described) as api:
        assert (await api.post("/robot/replace_now")).json() == ["SEPM-1"]
        async with asyncio.timeout(60):
            while (await api.get("/verdict")).json()["clients_lost"] < 30:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)


async def test_port_of_each_server_is_its_own():
    """Three servers have ports and certificates of their own, and the lists carry the ports."""
    emulator = Emulator(three_servers(seed=3))
    described = await emulator.start()
    try:
        ports = {port for server in described.servers for port in (server.https_port, server.http_port)}
        assert len(ports) == 6
        shown = [await served_fingerprint(server.https_port) for server in described.servers]
        assert shown == [server.fingerprint_sha256 for server in described.servers]
        assert len(set(shown)) == 3
        listed = {entry["https_port"] for pool in described.server_lists[1].priorities for entry in pool}
        assert listed == {server.https_port for server in described.servers}
    finally:
        await emulator.stop()


async def test_unsupervised_front_is_started_by_the_control_api(control):
    """Without supervision REST stays away until the control API starts the front again."""
    emulator = Emulator(one_server(seed=4, clients=5), ServeOptions(supervise_front=False))
    described = (await emulator.start()).model_dump()
    try:
        os.kill(described["front_pid"], signal.SIGKILL)
        await until(lambda: gone(described["front_pid"]))
        with pytest.raises(ConnectionRefusedError):
            await served_fingerprint(described["rest"]["port"])
        async with control(described) as api, asyncio.timeout(20):
            # the emulator notices its end a moment later than the system
            while (await api.post("/front/start")).json()["pid"] == described["front_pid"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await served_fingerprint(described["rest"]["port"]) == described["rest"]["fingerprint_sha256"]
    finally:
        await emulator.stop()


async def test_robot_does_the_products_tasks_at_this_site():
    """The robot takes a task from the product's API and the site's certificate is the one of the file."""
    credential, store = fresh_store()
    task = {
        "id": "t1",
        "site_name": "One Server",
        "kind": "replace_certificate",
        "state": "open",
        "subject": {
            "server": "SEPM-1",
            "fingerprint_sha256": credential.fingerprint,
            "has_file": True,
        },
    }
    reported = asyncio.Event()
    app = FastAPI()

    @app.get("/v1/whoami")
    async def whoami() -> dict[str, str]:
        return {"name": "console robot"}

    @app.get("/v1/tasks")
    async def tasks(state: Annotated[list[str], Query()]) -> dict[str, Any]:
        return {"items": [task] if task["state"] in state else [], "next": None}

    @app.post("/v1/tasks/t1/claim")
    async def claim() -> None:
        task["state"] = "claimed"

    @app.post("/v1/tasks/t1/file")
    async def file() -> dict[str, str]:
        content = base64.b64encode(store).decode()
        return {
            "filename": "new.p12",
            "format": "pkcs12",
            "content_base64": content,
            "password": PASSWORD,
        }

    @app.post("/v1/tasks/t1/done")
    async def done() -> None:
        task["state"] = "done"
        reported.set()

    product = HttpServer(app)
    await product.start()
    pace = RobotSpec(shortest_delay=timedelta(), longest_delay=timedelta(milliseconds=10))
    spec = one_server(seed=6, clients=5).model_copy(update={"robot": pace})
    order = RobotOrder(f"http://127.0.0.1:{product.port}", "key")
    emulator = Emulator(spec, ServeOptions(robot=order))
    described = await emulator.start()
    try:
        await asyncio.wait_for(reported.wait(), 20)
        assert await served_when_back(described.servers[0].https_port) == credential.fingerprint
        assert emulator.simulation.effects.count("console.replace_certificate", "SEPM-1") == 1
    finally:
        await emulator.stop()
        await product.stop()
