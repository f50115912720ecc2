"""A key server that is away: requests that need it are put off, what is under way waits, and nothing is half done."""

import pytest
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from api.parts import Parts
from engine.client.client import lazy_client
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from store.keys.sealed import SITE_PASSWORD
from store.keys.transit import KeyServerDown, KeyServerRefused
from store.keys.transit_settings import TransitSettings
from store.keys.vault import Vault
from store.settings import StoreSettings
from store.store import Store
from tests.api.conftest import calling
from tests.api.identified import know
from workflows.hosts.temporal_host import is_refusal


@pytest.fixture
async def away(tmp_path):
    """An API whose keys lie with a server that does not answer."""
    port, temporal = choose_ports("127.0.0.1", 0, 0)
    server = TransitSettings(address=f"https://127.0.0.1:{port}", token=SecretStr("a-token-of-ours"))
    before = await Store.open(StoreSettings(folder=tmp_path))
    await know(before)  # its secret is sealed by the key file, which is named still
    await before.close()
    store = await Store.open(StoreSettings(folder=tmp_path, transit=server))
    nowhere = TemporalSettings(address=f"127.0.0.1:{temporal}")
    async with calling(Parts(store=store, temporal=await lazy_client(nowhere))) as client:
        yield client
    await store.close()


async def test_a_request_that_needs_it_is_put_off(away, problem):
    """503 with Retry-After and what to do; nothing is kept, and the token is not shown."""
    answer = await away.post("/v1/certificates/self-signed", json={"names": ["sepm1"], "days": 30})
    body = problem(answer, 503, "key-server-down")
    assert int(answer.headers["Retry-After"]) > 0
    assert "a-token-of-ours" not in answer.text
    assert "127.0.0.1" in body["detail"]
    assert (await away.get("/v1/certificates")).json()["items"] == []


async def test_an_activity_tries_again_when_it_is_back(whole, document, monkeypatch):
    """A survey that met an outage of the key server ends well, through the real Temporal."""
    assert (await whole.post("/v1/sites", json=document)).status_code == 201
    real, outage = Vault.open, [KeyServerDown("the key server is not there")]

    async def once(vault, purpose, *asked):
        if outage and purpose == SITE_PASSWORD:
            raise outage.pop()
        return await real(vault, purpose, *asked)

    monkeypatch.setattr(Vault, "open", once)
    answer = await whole.post("/v1/sites/one-server/survey")
    assert answer.status_code == 200, answer.text
    assert not outage


@pytest.mark.parametrize("fault", [KeyServerDown, KeyServerRefused])
def test_a_rotation_waits_for_it(fault):
    """What the key server does not do is tried again for ever, as SEPM's outages are: no person is asked."""
    assert not is_refusal(ApplicationError("not there", type=fault.__name__))
