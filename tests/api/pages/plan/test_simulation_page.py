"""A plan is played from its page: asked for once, followed, read, stopped."""

import pytest

from rotation.identity.permission import Role
from rotation.simulation import SimulationState
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields


async def test_a_plan_is_played_and_read(whole, connected, plan, until, store):
    """The same form is the same simulation; the page loads again until the result is there, in both languages."""
    address = f"/plans/{plan['id']}/simulations"
    async with reading(connected) as reader:
        assert f'href="{address}"' in (await reader.get(f"/plans/{plan['id']}")).text
        form = (await reader.get(address)).text
        assert 'id="f-runs" name="runs" type="number" min="0" step="any" value="20"' in form
        sent = {"runs": "1", "seed": "4", "clients": "20", "faults": "none", "request_id": "once"}
        asked = await reader.post(address, data=sent)
        assert asked.status_code == 303, asked.text
        there = asked.headers["location"]
        assert (await reader.post(address, data=sent)).headers["location"] == there
        begun = await reader.get(there)
        if "refresh" in begun.headers:
            assert begun.headers["refresh"] == f"3;url={there}"
            assert '<progress id="runs" max="1"' in begun.text

        async def look():
            return await store.simulations.get(there.rsplit("/", maxsplit=1)[1])

        await until(look, lambda found: found.state is SimulationState.COMPLETED)
        read = await reader.get(there)
        result = (await whole.get(f"/v1{there}")).json()["result"]
        assert "refresh" not in read.headers
        assert result["lost_by_the_rotation"] == 0
        assert "The rotation cut off no client." in read.text
        assert "1 completed" in read.text
        assert f"{result['played']['played']} clients in each run" in read.text
        assert "Výměna neodřízla žádného klienta." in (await reader.get(there, headers=CZECH)).text
        assert there in (await reader.get(address)).text


async def test_a_simulation_is_stopped(connected, plan, until, store):
    """The button plays no more runs; the page says so, and offers it no more."""
    address = f"/plans/{plan['id']}/simulations"
    async with reading(connected) as reader:
        there = (await reader.post(address, data={"runs": "100", "clients": "20"})).headers["location"]
        assert (await reader.post(f"{there}/cancel")).headers["location"] == there

        async def look():
            return await store.simulations.get(there.rsplit("/", maxsplit=1)[1])

        await until(look, lambda found: found.state is SimulationState.CANCELLED)
        page = await reader.get(there)
        assert "stopped" in page.text
        assert "/cancel" not in page.text
        assert "refresh" not in page.headers


async def test_what_cannot_be_played_stands_beside_its_field(connected, plan):
    """Too many runs, and a number that is none."""
    async with reading(connected) as reader:
        address = f"/plans/{plan['id']}/simulations"
        refused = await reader.post(address, data={"runs": "101", "clients": "many"})
        assert (refused.status_code, wrong_fields(refused.text)) == (422, {"runs", "clients"})
        assert 'value="many"' in refused.text
        assert (await reader.get(f"{address}/sim-none")).status_code == 404


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_play_reads(reading_as):
    """A viewer sees the list and no form; one who sees another site sees nothing."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        page = await viewer.get("/plans/plan-1/simulations")
        assert page.status_code == 200
        assert '<form method="post" action="/plans' not in page.text
        assert (await viewer.post("/plans/plan-1/simulations", data={"runs": "1"})).status_code == 403
        assert (await viewer.post("/plans/plan-1/simulations/sim-1/cancel")).status_code == 403
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        assert (await other.get("/plans/plan-1/simulations")).status_code == 404
