"""An API in this process, over a real store with something of everything in it; no network, no SEPM, no Temporal."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from unittest.mock import patch

import httpx
from fastapi import FastAPI
from temporalio.service import RetryConfig

from api.app import create_app
from api.parts import Authority, Parts
from api.settings import ApiSettings
from engine.client.client import lazy_client
from engine.plugin import RotatorPlugin
from engine.settings import TemporalSettings
from rotation.values import OrderId, SiteId
from sepm.errors import Unreachable
from store.certificate.certificate_orders import NewOrder
from store.settings import StoreSettings
from store.store import Store
from tests.api.good_requests import AT_CONSOLE
from tests.api.identified import KEY, know
from tests.signing import SIGNING
from tests.store.conftest import Make

CA = "https://ca.test/directory"
IDS = {"site_id": "site-1", "plan_id": "plan-1", "rotation_id": "rot-1", "task_id": "task-1"}
_ONCE = RetryConfig(max_retries=0, initial_interval_millis=1, max_interval_millis=1)


class _Sepm:
    """In place of SEPM: it accepts every account, so that odd sites are stored and shown again."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def server_ids(self) -> None:
        """The call by which the API checks the account."""


async def _no_server(*_: object) -> None:
    raise Unreachable("127.0.0.1", "no certificate could be read", "there is nobody")


@asynccontextmanager
async def service() -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient, dict[str, str]]]:
    """The application, a client of it with its key, and the ids of what is in the store."""
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(StoreSettings(folder=Path(folder)))
        try:
            with patch("engine.client.client._QUICK", _ONCE):
                temporal = await lazy_client(TemporalSettings(address="127.0.0.1:9"), RotatorPlugin(signing=SIGNING))
            await know(store)
            parts = Parts(
                store=store,
                temporal=temporal,
                authority=Authority(CA, timedelta(days=1)),
                rehearsal=True,
                listen_wait=timedelta(0),
            )
            app = create_app(parts, ApiSettings())
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            headers = {"Authorization": f"Bearer {KEY}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://fuzz", headers=headers) as api:
                with (
                    patch("api.site.first_contact.SepmClient", _Sepm),
                    patch("api.site.first_contact.fetch_fingerprint", _no_server),
                ):
                    yield app, api, IDS | await _filled(store, api)
        finally:
            await store.close()


async def _filled(store: Store, api: httpx.AsyncClient) -> dict[str, str]:
    """A surveyed site, one without REST, a plan, a rotation, a task, a certificate, a request and its order."""
    make = Make()
    await store.sites.add(make.site(), make.connection(), make.t0)
    survey = await store.surveys.begin(SiteId("site-1"), make.t0)
    await store.surveys.save(survey, make.survey())
    await store.surveys.add_clients(survey, [make.client("a"), make.client("b")])
    await store.surveys.finish(survey, 2)
    await store.plans.add(make.plan().model_copy(update={"survey_id": survey}))
    await store.rotations.create(make.new(), make.t0)
    await store.tasks.add(make.task())
    certificate = await api.post("/v1/certificates/self-signed", json={"names": ["sepm.example"]})
    request = await api.post("/v1/certificates/requests", json={"names": ["sepm.example"]})
    request_id = request.json()["request"]["id"]
    order = NewOrder(
        id=OrderId("order-1"), request_id=request_id, issuer=CA, asked_by="ann", asked_at=make.t0, gives_up_at=make.t0
    )
    await store.certificate_orders.create(order)
    described = await api.post("/v1/sites", json=AT_CONSOLE)
    return {
        "console_site_id": described.json()["id"],
        "certificate_id": certificate.json()["certificate"]["id"],
        "request_id": request_id,
        "simulation_id": "sim-1",
        "order_id": "order-1",
    }
