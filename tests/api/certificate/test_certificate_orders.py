"""/v1/certificates/requests/{id}/orders: the whole way, with a real authority, a real DNS server and a real worker."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.worker import Worker

from activities.registry import all_activities
from api.app import create_app
from api.parts import Authority, Parts
from api.standing.unstarted import take_up
from engine.client.client import connect, lazy_client
from engine.ids import order_workflow
from engine.plugin import RotatorPlugin
from engine.settings import TemporalSettings
from issuing.acme_exchange import AcmeExchange
from issuing.configured import configured_issuer
from rotation.values import OrderId
from service.world import World
from store.store import Store
from tests.api.conftest import calling
from tests.issuing.authority import BLOCKED, EAB_KEY, TSIG_KEY, NameServer, Pebble, a_name
from tests.signing import SIGNING, TEXT
from tests.worker_keys import WorkerKeyFiles
from worker import serve
from workflows.issue_certificate import IssueCertificate


@pytest.fixture(scope="module")
async def names(tmp_path_factory) -> AsyncIterator[NameServer]:
    """A DNS server."""
    async with NameServer.running(tmp_path_factory.mktemp("knot")) as server:
        yield server


@pytest.fixture(scope="module")
async def pebble(tmp_path_factory, names) -> AsyncIterator[Pebble]:
    """An ACME server that asks it."""
    async with Pebble.running(tmp_path_factory.mktemp("pebble"), names) as server:
        yield server


@dataclass
class Service:
    """A service whose authority is set, and whose workers come and go."""

    parts: Parts
    http: httpx.AsyncClient
    settings: TemporalSettings
    pebble: Pebble
    folder: Path
    workers_store: Store
    keys: WorkerKeyFiles

    async def asked(self, *wanted: str) -> str:
        """A request that waits: where its orders are."""
        answer = await self.http.post("/v1/certificates/requests", json={"names": wanted})
        return f"{answer.headers['location']}/orders"

    async def shown(self, order: str) -> dict[str, Any]:
        """An order."""
        found: dict[str, Any] = (await self.http.get(order)).json()
        return found

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """A worker process, as it is deployed; killed at the end."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
        ours = {
            "ROTATOR_FOLDER": str(self.folder),
            "ROTATOR_WORKER_KEY_FILE": str(self.keys.private),
            "ROTATOR_TEMPORAL_ADDRESS": self.settings.address,
            "ROTATOR_TEMPORAL_SIGNING_KEYS": TEXT,
            "ROTATOR_TEMPORAL_TASK_QUEUE": self.parts.task_queue,
            "ROTATOR_WATCH_EVERY": "PT0S",
            **self.pebble.environment(ROTATOR_ACME_DNS_SETTLE="PT1S"),
        }
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "worker", env={**clean, **ours}, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """A worker in this process."""
        world = World(store=self.workers_store, issuer=configured_issuer(self.pebble.settings()))
        client, queue = await connect(self.settings, RotatorPlugin(signing=SIGNING)), self.parts.task_queue
        activities = all_activities(world.store, world)
        async with Worker(client, task_queue=queue, workflows=[IssueCertificate], activities=activities):
            yield

    @property
    def log(self) -> Path:
        """The log of the worker processes."""
        return self.folder / "worker.log"

    async def history(self, order_id: str) -> str:
        """What Temporal keeps of an order."""
        client = await connect(self.settings, RotatorPlugin(signing=SIGNING))
        return (await client.get_workflow_handle(order_workflow(OrderId(order_id))).fetch_history()).to_json()

    async def account(self) -> tuple[str, list[str]]:
        """Our account's key, and the orders that the authority itself knows of it."""
        issuer = configured_issuer(self.pebble.settings())
        assert issuer is not None
        kept = self.workers_store.issuer_accounts
        key = await kept.key(self.pebble.directory, issuer.new_account_key, datetime.now(UTC))

        def listed() -> list[str]:
            with AcmeExchange(self.pebble.settings(), key) as ca:
                assert ca._net.account is not None
                account = ca.post(ca._net.account.uri).json()
                orders: list[str] = ca.post(account["orders"]).json()["orders"]
                return orders

        return key.get_secret_value().decode(), await asyncio.to_thread(listed)


@pytest.fixture
async def service(store, workers_store, worker_keys, temporal_settings, *, pebble, tmp_path) -> AsyncIterator[Service]:
    """The service, without a worker."""
    temporal = await lazy_client(temporal_settings)
    authority = Authority(pebble.directory, timedelta(hours=1))
    parts = Parts(store=store, temporal=temporal, task_queue=tmp_path.name, authority=authority)
    async with calling(parts) as client:
        yield Service(parts, client, temporal_settings, pebble, tmp_path, workers_store, worker_keys)


@pytest.fixture
def connected(service):
    """The command line speaks to the same service."""
    return service.parts


async def test_a_killed_worker_costs_no_second_order(service, names, unconnected, until, problem):
    """After a kill with the proof in DNS, the authority not yet asked to look, the next worker goes on with that order.

    The order was recorded while Temporal was away, and starts when the service starts. In the end the certificate is
    stored with its key, the record is gone, and history, order and log hold no secret.
    """
    name = a_name()
    url = await service.asked(name)
    async with calling(replace(unconnected, authority=service.parts.authority)) as deaf:
        accepted = await deaf.post(url, json={})
        assert (accepted.status_code, accepted.json()["state"]) == (202, "running"), (
            "it starts as soon as Temporal is back"
        )
    await take_up(service.parts)
    answer = await service.http.post(url, json={})
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    here = answer.headers["Location"]
    assert int(answer.headers["Retry-After"])

    async with service.worker() as first:
        await until(partial(service.history, answer.json()["id"]), lambda text: "TIMER_STARTED" in text)
        first.kill()
    order = await service.shown(here)
    record, placed = order["dns_records"][0], order["order_url"]
    assert record["name"] == f"_acme-challenge.{name}"
    assert await names.texts(record["name"]) == {record["text"]}
    async with service.worker():
        order = await until(
            partial(service.shown, here), lambda order: order["state"] != "running" and not order["dns_records"]
        )
    assert (order["state"], order["trouble"], order["order_url"]) == ("issued", None, placed)
    account_key, at_authority = await service.account()
    assert at_authority == [placed]
    assert await names.texts(record["name"]) == set()
    certificate = (await service.http.get(f"/v1/certificates/{order['certificate_id']}")).json()["certificate"]
    assert (certificate["has_key"], certificate["names"]) == (True, [name])
    problem(await service.http.post(url, json={}), 409, "already-issued")

    text = await service.history(order["id"]) + json.dumps(order) + service.log.read_text()
    for secret in (TSIG_KEY, EAB_KEY, "PRIVATE KEY", account_key.splitlines()[1]):
        assert secret not in text


async def test_the_command_orders_and_waits(service, rotator):
    """It prints the certificate, or the authority's own reason for a refusal, with the exit code of each."""
    async with service.at_work():
        mine, refused = [(await service.asked(name)).split("/")[-2] for name in (a_name(), BLOCKED)]
        issued, failed = await asyncio.gather(*(rotator("certificate", "issue", each) for each in (mine, refused)))
        code, out, err = issued
        assert (code, "is issued" in out) == (0, True), err
        code, out, _ = failed
        assert (code, "rejectedIdentifier" in out, "forbidden" in out) == (1, True, True)
    code, out, _ = await rotator("certificate", "orders", mine)
    assert (code, "issued" in out, "cert-" in out) == (0, True, True)


async def test_an_order_is_cancelled(service, until):
    """The next worker carries out the cancel; a second cancel changes nothing."""
    url = await service.asked(a_name())
    here = (await service.http.post(url, json={})).headers["Location"]
    assert (await service.http.post(f"{here}/cancel")).status_code == 202
    async with service.at_work():
        order = await until(partial(service.shown, here), lambda order: order["state"] != "running")
    assert order["state"] == "cancelled"
    assert (await service.http.post(f"{here}/cancel")).json() == order
    assert (await service.http.delete(here)).json() == order, "DELETE is the same, and lets the record be"


async def test_what_cannot_be_ordered_is_refused(api, service, problem):
    """No authority, no such request, no such order, no order at all, and a key that another request has used."""
    shop = service.http
    mine, other = await service.asked(a_name()), await service.asked(a_name())
    problem(await api.post(mine, json={}), 409, "no-issuer")
    problem(await shop.post("/v1/certificates/requests/none/orders", json={}), 404, "unknown-request")
    problem(await shop.get("/v1/certificates/requests/none/orders"), 404, "unknown-request")
    problem(await shop.get(f"{mine}/order-none"), 404, "unknown-order")
    problem(await shop.post(mine, json={"again": "perhaps"}), 422, "invalid-request")
    key = {"Idempotency-Key": mine}
    first = await shop.post(mine, json={}, headers=key)
    assert (await shop.post(mine, json={}, headers=key)).headers["Location"] == first.headers["Location"]
    problem(await shop.post(other, json={}, headers=key), 422, "idempotency-key-reused")
    problem(await shop.get(f"{other}/{first.json()['id']}"), 404, "unknown-order")


@pytest.mark.usefixtures("restored_process")
async def test_settings_that_cannot_be_used_stop_the_start(monkeypatch, tmp_path):
    """API and worker say which one; nothing is served."""
    monkeypatch.setenv("ROTATOR_ACME_DIRECTORY", "http://ca.example.test/directory")
    monkeypatch.setenv("ROTATOR_FOLDER", str(tmp_path))
    app = create_app()
    with pytest.raises(ValueError, match="ROTATOR_ACME_DIRECTORY"):
        async with app.router.lifespan_context(app):
            pass
    with pytest.raises(ValueError, match="ROTATOR_ACME_DIRECTORY"):
        await serve(asyncio.Event())
