import asyncio
from datetime import timedelta

import httpx
import pytest

from emulator.events.site_events import ServerCutOff, ServerRestarts
from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.simulation import Simulation


def _client(start, seed):
    simulation = Simulation(one_server(seed=seed), start)
    service = RestService(simulation, lambda: start + timedelta(minutes=1), start)
    http = httpx.AsyncClient(transport=InProcess(service), base_url="http://sepm/sepm/api/v1")
    http.headers["Authorization"] = f"Bearer {service.issue().value}"
    return simulation, http


async def test_each_site_of_a_process_answers_for_itself(sepm):
    """Sites share the routes of a process, and each call reaches the site it is for, also when calls overlap."""
    played = [_client(sepm.now, seed) for seed in (1, 2)]
    answers = await asyncio.gather(*(http.get("/groups") for _ in range(5) for _, http in played))
    for answer, (simulation, _) in zip(answers, played * 5, strict=True):
        assert {row["id"] for row in answer.json()["content"]} == set(simulation.site.groups)


async def test_it_fails_as_a_network_does(sepm):
    """A call ends without an answer while the server restarts or the network before it is dead for the product."""
    simulation, http = _client(sepm.now, 1)
    async with http:
        for site_event in (
            ServerRestarts(server="SEPM-1", lasting=timedelta(minutes=2)),
            ServerCutOff(server="SEPM-1", lasting=timedelta(minutes=2)),
        ):
            simulation.schedule(site_event, simulation.now)
            with pytest.raises(httpx.ConnectError):
                await http.get("/version")
            simulation, http = _client(sepm.now, 1)


async def test_it_carries_what_httpx_carries(sepm):
    """Queries, bodies, headers, statuses and empty answers pass as over the transport that httpx brings."""
    _, mine = _client(sepm.now, 1)
    async with mine:
        page = await mine.get("/computers", params={"computerName": "PC*", "pageSize": 3})
        assert (page.status_code, page.json()["numberOfElements"]) == (200, 3)
        assert page.headers["date"].endswith("GMT")
        wrong = await mine.post("/identity/authenticate", json={"username": "x", "password": "y"})
        assert (wrong.status_code, wrong.json()["errorCode"]) == (400, "400")
        out = await mine.post("/identity/logout")
        assert (out.status_code, out.content) == (204, b"")
        assert (await mine.get("/computers")).status_code == 401
