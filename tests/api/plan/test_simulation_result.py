"""The result of a simulation as the API shows it: what the simulation reports, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from api.plan.simulation_result import SimulationResult
from rotation.finding import warning
from rotation.simulation import SimulationState
from rotation.values import PlanId, SimulationId, SiteId
from simulation.drawn.faults import Faults
from simulation.judged.invariants import Violation
from simulation.judged.record import Loss, RunRecord
from simulation.judged.report import PlayedPlan, report

AT = datetime(2026, 5, 4, tzinfo=UTC)
PLAYED = PlayedPlan(
    id=PlanId("plan-1"),
    hash="ab" * 32,
    steps_sha256="cd" * 32,
    site_id=SiteId("site-1"),
    site="Brno",
    clients_of_site=30,
    played=20,
    most=20,
    vanished=1,
)


def run(seed: int) -> RunRecord:
    """A run in which everything has occurred that a record can have."""
    lost = Loss(client="PC-1", group="My Company", since=AT, why="does not verify", after="", exemption="others did it")
    return RunRecord(
        seed=seed,
        outcome="completed",
        duration=timedelta(days=400, hours=3),
        exposure=timedelta(minutes=1.5),
        clients=20,
        left_out=2,
        lost=(lost,),
        violations=(Violation(invariant="no_client_is_cut_off", subject="PC-1", message="it is"),),
        refused=(warning("code", "subject", "message"),),
        behaviour={"token_life": "P30D", "rate_limit": 30, "stale": True, "none": None},
        steps_sha256="cd" * 32,
        differs=(warning("other", "subject", "message"),),
    )


def test_it_is_what_the_simulation_reports():
    """Each field of it, and no other: a field that only one of both has fails here."""
    reported = report(PLAYED, Faults.UNKNOWN, [run(1), run(2)])
    shown = SimulationResult.model_validate_json(reported.model_dump_json())
    assert shown.model_dump(mode="json") == reported.model_dump(mode="json")
    assert shown.model_dump(mode="json")["duration"]["most"] == "P400DT3H"


@pytest.mark.parametrize(("seed", "status"), [(2_147_483_547, 202), (2_147_483_548, 422), (1 << 70, 422)])
async def test_the_seed_of_the_last_run_is_one_that_the_store_can_keep(whole, api, plan, seed, status):
    """A larger one is refused before anything is recorded."""
    url = f"/v1/plans/{plan['id']}/simulations"
    asked = await api.post(url, json={"runs": 100, "seed": seed})
    assert asked.status_code == status
    if status == 202:
        await whole.post(f"{url}/{asked.json()['id']}/cancel")


async def test_a_result_that_cannot_be_read_is_shown_as_such(api, whole, store, plan):
    """Of another version, or altered in the database: the simulation is shown all the same."""
    url = f"/v1/plans/{plan['id']}/simulations"
    asked = (await api.post(url, json={"runs": 1})).json()
    done = SimulationState.COMPLETED
    await store.simulations.end(SimulationId(asked["id"]), done, AT, report='{"runs": 1}')
    shown = (await whole.get(f"{url}/{asked['id']}")).json()
    assert (shown["state"], shown["result"], "play the plan once more" in shown["reason"]) == ("completed", None, True)
