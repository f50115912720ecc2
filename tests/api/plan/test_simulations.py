"""/v1/plans/{id}/simulations: a plan played by the service, run by run, in processes of their own."""

import json

import pytest

from activities.order.simulation_runs import Playing
from api.standing.unstarted import take_up
from rotation.simulation import PlayRunRequest
from rotation.values import SimulationId
from service.world import World

ORDER = {"runs": 2, "seed": 4}


@pytest.fixture
def ended(whole, until):
    """Gives a simulation as it is shown, as soon as it has ended."""

    async def shown(url):
        async def look():
            return (await whole.get(url)).json()

        return await until(look, lambda found: found["state"] != "running")

    return shown


async def test_a_plan_is_played_and_the_result_is_what_the_command_prints(whole, plan, ended, rotator, store):
    """202 with a place to look; the same key is the same one; no run is played twice; the result is that of --json."""
    url, key = f"/v1/plans/{plan['id']}/simulations", {"Idempotency-Key": f"play-{plan['id']}"}
    asked = await whole.post(url, json=ORDER, headers=key)
    assert (asked.status_code, asked.json()["state"], asked.json()["runs"]) == (202, "running", {"done": 0, "of": 2})
    again = await whole.post(url, json=ORDER, headers=key)
    assert again.headers["Location"] == asked.headers["Location"] == f"{url}/{asked.json()['id']}"

    shown = await ended(asked.headers["Location"])
    assert (shown["state"], shown["runs"], shown["asked_by"]) == ("completed", {"done": 2, "of": 2}, "ann")
    code, out, err = await rotator("simulate", "--plan", plan["id"], "--runs", "2", "--seed", "4", "--json")
    assert code == 0, err
    assert shown["result"] == json.loads(out)
    listed = (await whole.get(url)).json()["items"]
    assert [(each["id"], each["state"]) for each in listed] == [(shown["id"], "completed")]
    assert "result" not in listed[0]
    request = PlayRunRequest(simulation_id=SimulationId(shown["id"]), seed=5)
    assert (await Playing(World(store=store)).play_run(request)).already


async def test_a_simulation_is_cancelled(whole, plan, ended):
    """No more runs are played; what was played is counted; a second cancel changes nothing."""
    url = f"/v1/plans/{plan['id']}/simulations"
    asked = (await whole.post(url, json=ORDER | {"runs": 100})).json()
    cancelled = await whole.post(f"{url}/{asked['id']}/cancel")
    assert cancelled.status_code == 202
    shown = await ended(f"{url}/{asked['id']}")
    assert (shown["state"], shown["result"]) == ("cancelled", None)
    assert shown["runs"]["done"] < 100
    assert (await whole.post(f"{url}/{asked['id']}/cancel")).json() == shown


async def test_a_simulation_that_temporal_has_not_heard_of_is_taken_up(whole, api, connected, plan, ended):
    """It was stored before Temporal was asked: the next start of the service gives it to Temporal."""
    url = f"/v1/plans/{plan['id']}/simulations"
    assert (await api.post(url, json=ORDER | {"runs": 1})).status_code == 202
    stored = (await whole.get(url)).json()["items"][0]
    await take_up(connected)
    assert (await ended(f"{url}/{stored['id']}"))["state"] == "completed"


async def test_what_is_not_there_or_out_of_bounds_is_refused(whole, plan, problem):
    """Unknown plans and simulations, too many runs, no `who`, and a key that another request has used."""
    url = f"/v1/plans/{plan['id']}/simulations"
    problem(await whole.post("/v1/plans/none/simulations", json=ORDER), 404, "unknown-plan")
    problem(await whole.get("/v1/plans/none/simulations"), 404, "unknown-plan")
    problem(await whole.get(f"{url}/sim-none"), 404, "unknown-simulation")
    problem(await whole.post(f"{url}/sim-none/cancel"), 404, "unknown-simulation")
    problem(await whole.post(url, json=ORDER | {"runs": 101}), 422, "invalid-request")
    problem(await whole.post(url, json={"runs": 1, "who": "ben"}), 422, "invalid-request")
    key = {"Idempotency-Key": f"twice-{plan['id']}"}
    asked = (await whole.post(url, json=ORDER, headers=key)).json()
    problem(await whole.post(url, json=ORDER | {"runs": 3}, headers=key), 422, "idempotency-key-reused")
    await whole.post(f"{url}/{asked['id']}/cancel")


async def test_a_plan_is_simulated_as_its_site_was_surveyed(rotator, site):
    """It is played with the site's own names and size; a size beside a plan is refused."""
    _, out, _ = await rotator("certificate", "self-signed", "127.0.0.1", "--json")
    _, out, _ = await rotator(
        "plan", site, "-c", json.loads(out)["certificate"]["id"], "--trust-network", "10.0.0.0/16", "--json"
    )
    command = ("simulate", "--plan", json.loads(out)["id"], "--seed", "4", "--json")
    code, out, err = await rotator(*command)
    assert code == 0, err
    report = json.loads(out)
    assert (report["played"]["site_id"], report["played"]["played"], report["outcomes"]) == (site, 20, {"completed": 1})
    assert report["differs"] == []
    assert report["again"]["4"].endswith(" --seed 4")
    code, _, err = await rotator(*command, "--servers", "2")
    assert (code, "as it was surveyed" in err) == (2, True)
    assert (await rotator("simulate", "--plan", "plan-none"))[0] == 1
