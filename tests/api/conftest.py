"""A whole API over a real store: a Temporal server with a worker and an emulated SEPM, each started once."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from temporalio.worker import Worker

from activities.registry import all_activities
from api.app import create_app
from api.parts import Parts
from api.settings import ApiSettings
from emulator.serving.http_server import HttpServer
from engine.client.client import connect, lazy_client
from engine.contract import SIMULATIONS_QUEUE
from engine.plugin import RotatorPlugin
from engine.process.embedded import EmbeddedServer, RunningServer, find_binary
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from service.world import wall_clock
from store.settings import StoreSettings
from store.store import Store
from tests.api.commands import APART, in_a_process, in_this_process
from tests.api.described import undescribed
from tests.api.identified import KEY, know, know_others
from tests.signing import SIGNING
from tests.worker_keys import WorkerKeyFiles
from workflows.rotate_site import RotateSite
from workflows.simulate_plan import SimulatePlan
from workflows.survey_site import SurveySite
from workflows.watch_certificates import WatchCertificates

_TIMEOUT = 120
"""Seconds for what takes some ten of a machine that has nothing else to do."""
_SETTINGS = ApiSettings(wrong_key_delay=timedelta(0))
_unused: list[FastAPI] = []
"""Applications over parts that are gone, with these settings and the wall clock."""
_LET_END = timedelta(seconds=10)
"""An activity that is cut off while it closes its connections leaves them open."""


def free_port():
    """A port on which no process listens now."""
    return choose_ports("127.0.0.1", 0)[0]


@asynccontextmanager
async def emulating(scenario: str) -> AsyncIterator[dict[str, Any]]:
    """An emulated site: what it says of itself when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emulator", "--scenario", scenario, "--clients", "20", "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="session")
async def emulator() -> AsyncIterator[object]:
    """An emulated site with one server."""
    async with emulating("one-server") as shown:
        yield shown


@pytest.fixture
async def three_servers(tmp_path) -> AsyncIterator[dict[str, Any]]:
    """An emulated site with three servers, as it is registered; its name is no other test's."""
    async with emulating("three-servers") as shown:
        yield as_registered(shown) | {"name": tmp_path.name}


@pytest.fixture
async def spare() -> AsyncIterator[dict[str, Any]]:
    """An emulated site with one server for a test that spoils it: what it says of itself, its control API included."""
    async with emulating("one-server") as shown:
        yield shown


@pytest.fixture(scope="session")
async def temporal_settings(tmp_path_factory) -> AsyncIterator[TemporalSettings]:
    """A development server of Temporal on a file."""
    embedded = EmbeddedServer(
        database=tmp_path_factory.mktemp("temporal") / "temporal.db",
        port=free_port(),
        ui_port=free_port(),
        binary=find_binary(TemporalSettings()),
    )
    running = await RunningServer.start(embedded)
    try:
        yield embedded.settings()
    finally:
        await running.stop()


@pytest.fixture(scope="session")
def worker_keys(tmp_path_factory) -> WorkerKeyFiles:
    """The keys of what only the worker opens."""
    return WorkerKeyFiles.new(tmp_path_factory.mktemp("worker"))


@pytest.fixture
async def store(tmp_path, worker_keys) -> AsyncIterator[Store]:
    """An API's store that knows an admin, and nothing else; what only the worker opens, no route can."""
    opened = await Store.open(StoreSettings(folder=tmp_path, worker_public_key_file=worker_keys.public))
    try:
        await know(opened)
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def people(store) -> dict[str, dict[str, str]]:
    """Other people than the admin whose key a test sends by itself: the headers of their requests, by name."""
    return await know_others(store)


@asynccontextmanager
async def calling(parts: Parts | None, key: str | None = KEY) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API over `parts`. Whatever it is answered must stand in the API's description."""
    # an application builds its routes with its first requests, which takes longer than most tests: the next test has it
    shared = parts is not None and parts.clock is wall_clock
    app = _unused.pop() if shared and _unused else create_app(parts, _SETTINGS)
    if parts is not None:
        app.state.parts = parts
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # the handler of last resort answers and then raises again, for the log
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def is_described(answer: httpx.Response) -> None:
        if answer.is_error:
            await answer.aread()
        assert list(undescribed(app, answer)) == []

    async with httpx.AsyncClient(
        transport=transport, base_url="http://rotator", headers=headers, event_hooks={"response": [is_described]}
    ) as client:
        yield client
    if shared:
        del app.state.parts
        _unused.append(app)


@pytest.fixture
async def unconnected(store) -> Parts:
    """Parts whose Temporal does not answer."""
    nowhere = TemporalSettings(address=f"127.0.0.1:{free_port()}")
    return Parts(store=store, temporal=await lazy_client(nowhere), rehearsal=True, listen_wait=timedelta(0))


@pytest.fixture
async def api(unconnected) -> AsyncIterator[httpx.AsyncClient]:
    """An API that has a store and no Temporal."""
    async with calling(unconnected) as client:
        yield client


@pytest.fixture
async def api_without_parts() -> AsyncIterator[httpx.AsyncClient]:
    """An API that cannot do anything."""
    async with calling(None) as client:
        yield client


@pytest.fixture
def calling_at(unconnected):
    """Calls an API whose clock stands still."""

    def at(now: datetime):
        return calling(replace(unconnected, clock=lambda: now))

    return at


@asynccontextmanager
async def as_worker(parts: Parts, keys: WorkerKeyFiles) -> AsyncIterator[Store]:
    """The store of some parts, as the worker opens it."""
    folder = parts.store.database.file.parent
    opened = await Store.open(StoreSettings(folder=folder, worker_key_file=keys.private))
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def workers_store(unconnected, worker_keys) -> AsyncIterator[Store]:
    """The test's store, as the worker opens it."""
    async with as_worker(unconnected, worker_keys) as opened:
        yield opened


@pytest.fixture
def staffed(temporal_settings, worker_keys):
    """Serves the task queue of some parts with workers, as a context; `rotates` may be a version that a test makes."""

    @asynccontextmanager
    async def working(parts: Parts, rotates: type = RotateSite) -> AsyncIterator[None]:
        client = await connect(temporal_settings, RotatorPlugin(signing=SIGNING))
        async with as_worker(parts, worker_keys) as store:
            worker = Worker(
                client,
                task_queue=parts.task_queue,
                workflows=[rotates, SurveySite, SimulatePlan, WatchCertificates],
                activities=all_activities(store),
                sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
                graceful_shutdown_timeout=_LET_END,
            )
            runs = Worker(
                client,
                task_queue=parts.task_queue + SIMULATIONS_QUEUE,
                activities=all_activities(store),
                graceful_shutdown_timeout=_LET_END,
            )
            async with worker, runs:
                yield

    return working


@pytest.fixture
async def unstaffed(store, temporal_settings, tmp_path) -> Parts:
    """Parts with store and Temporal, and a task queue that no worker serves."""
    temporal = await lazy_client(temporal_settings)
    # on a busy machine too, a request shall wait for the end of its survey
    return Parts(
        store=store, temporal=temporal, task_queue=tmp_path.name, survey_wait=timedelta(minutes=1), rehearsal=True
    )


@pytest.fixture
async def connected(unstaffed, staffed) -> AsyncIterator[Parts]:
    """Parts with store, Temporal and a worker on a queue of its own."""
    async with staffed(unstaffed):
        yield unstaffed


@pytest.fixture
async def whole(connected) -> AsyncIterator[httpx.AsyncClient]:
    """An API that has everything."""
    async with calling(connected) as client:
        yield client


@pytest.fixture
async def rotator(connected, tmp_path):
    """Runs the command line against the API, served over HTTP as `rotator up` does; gives exit code and texts.

    What is `typed` is typed at a terminal; without it there is none.
    """
    here = asyncio.Lock()
    server = HttpServer(create_app(connected, ApiSettings()))
    (tmp_path / "up.json").write_text(json.dumps({"api": f"http://127.0.0.1:{server.port}"}))
    (tmp_path / "api.key").touch(0o600)
    (tmp_path / "api.key").write_text(KEY + "\n")

    async def run(*arguments: str, typed: str = "", **environment: str):
        environment = {"ROTATOR_FOLDER": str(tmp_path), "COLUMNS": "300", **environment}
        if typed or arguments[0] in APART or here.locked():
            return await in_a_process(arguments, typed, environment)
        async with here:
            return await asyncio.to_thread(in_this_process, arguments, environment)

    await server.start()
    try:
        yield run
    finally:
        await server.stop()


@pytest.fixture
async def site(whole, document, tmp_path):
    """The emulated site, registered under a name that no other test uses: Temporal is shared. Gives its id."""
    answer = await whole.post("/v1/sites", json=document | {"name": tmp_path.name})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
async def plan(whole, site):
    """A plan for the site, with one new certificate."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "trusted_networks": ["10.0.0.0/16"],
    }
    answer = await whole.post("/v1/plans", json=order)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def document(emulator):
    """The emulated site as it is registered."""
    return as_registered(emulator)


def as_registered(shown: dict[str, Any]) -> dict[str, Any]:
    """The document that registers a site, from what its emulator says."""
    rest = shown["rest"]
    plain = ("name", "address", "https_port", "http_port")
    return {
        "name": shown["site"],
        "rest_url": rest["url"],
        "username": rest["user"],
        "password": rest["password"],
        "domain": rest["domain"],
        "trust": {"fingerprint_sha256": rest["fingerprint_sha256"]},
        "servers": [{name: server[name] for name in plain} for server in shown["servers"]],
        "lists": shown["server_lists"],
        "limits": {"relax_floor": "PT0S", "publish_delay": "PT1S", "purge_after": None},
    }


@pytest.fixture(scope="session")
def problem():
    """Checks that an answer is a problem of that status and code, and that it says what to do; gives its body."""

    def check(answer: httpx.Response, status: int, code: str):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["type"] == f"/problems/{code}", body
        assert body["status"] == status
        assert body["title"]
        assert body["detail"]
        assert body["remedy"] or any(finding["remedy"] for finding in body["findings"]), body
        return body

    return check


@pytest.fixture(scope="session")
def until():
    """Looks until a condition holds, and gives what was seen."""

    async def look_until(look, condition):
        async with asyncio.timeout(_TIMEOUT):
            while not condition(found := await look()):  # noqa: ASYNC110 - it lies behind the API
                await asyncio.sleep(0.1)
        return found

    return look_until


@pytest.fixture
def shown_when(whole, until):
    """Gives a rotation as it is shown, as soon as a condition holds."""

    async def shown(rotation_id, condition):
        async def look():
            return (await whole.get(f"/v1/rotations/{rotation_id}?live=true")).json()

        return await until(look, condition)

    return shown


@pytest.fixture
async def temporal(temporal_settings):
    """A client of the Temporal server."""
    return await lazy_client(temporal_settings)


@pytest.fixture
async def stranger(unconnected) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without a key."""
    async with calling(unconnected, key=None) as client:
        yield client
