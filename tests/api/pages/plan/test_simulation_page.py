"""A plan is played from its page: asked for once, followed, read, stopped."""

from datetime import timedelta

import pytest

from rotation.identity.permission import Role
from rotation.plan.request import PlanRequest
from rotation.simulation import NewSimulation, SimulationState, SimulationWish
from rotation.values import SimulationId, SiteId
from service.plans.surveyed import surveyed_plan
from simulation.drawn.faults import Faults
from simulation.judged.record import Loss, RunRecord
from simulation.judged.report import PlayedPlan, report
from store.rotation.coverage import CoveragePoint
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields

DAY, HOUR, SITE = timedelta(days=1), timedelta(hours=1), SiteId("site-1")


@pytest.fixture
async def played(store, make) -> str:
    """A simulation of two runs, one of which lost a client; and a rotation of the plan, with a gate that was read."""
    await make.rotate(store)
    return await simulated(store, make)


async def simulated(store, make) -> str:
    """The simulation and the readings, where the rotation is there. Gives the address of the result."""
    survey = await store.surveys.latest_complete("site-1")
    assert survey is not None
    plan = make.plan("plan-2").model_copy(update={"request": PlanRequest(certificates={}), "survey_id": survey})
    await store.plans.add(plan)
    surveyed = await surveyed_plan(store, plan.id, most=20)
    wish = SimulationWish(runs=2)
    new = NewSimulation(id=SimulationId("sim-1"), plan_id=plan.id, site_id=SITE, asked_by="ann", wish=wish)
    await store.simulations.create(new, surveyed, make.t0)
    loss = Loss(client="<b>PC-1", group="Sales", since=make.t0, why="it did not verify", after="rest on Sales")
    good = RunRecord(
        seed=1, outcome="completed", duration=DAY, exposure=HOUR, clients=9, left_out=1, lost=(), violations=()
    )
    runs = [good, good.model_copy(update={"seed": 2, "lost": (loss,)})]
    made = report(PlayedPlan.of(surveyed, 20), Faults.NONE, runs)
    await store.simulations.end(new.id, SimulationState.COMPLETED, make.t0, report=made.model_dump_json())
    for hours in range(3):
        at = make.t0 + hours * HOUR
        point = CoveragePoint(taken_at=at, total=9, proven=hours * 4, waiting=8 - hours * 4, left_out=1)
        await store.coverage.note_reading("rot-1", "02-A8", point)
    return "/plans/plan-2/simulations/sim-1"


async def test_a_client_that_was_lost_is_named(reader, played):
    """With the reason, the run and how it is played again; names are text."""
    page = (await reader.get(played)).text
    assert "The rotation cut off 1 client. 2 rotations were played: 2 completed." in page
    assert "&lt;b&gt;PC-1, Sales: it did not verify" in page
    assert "rotator simulate --plan plan-2 --clients 20 --faults none --seed 2" in page
    assert "<b>PC-1" not in page
    assert "Výměna odřízla 1 klienta." in (await reader.get(played, headers=CZECH)).text


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
