"""How many simulations are played at once: of a site, and by a caller."""

from sqlalchemy import update

from store.schema.tables import PlanRow

ORDER = {"runs": 1, "seed": 4}


async def test_a_fourth_simulation_of_a_site_waits_for_one_to_end(whole, api, plan, problem):
    """It is refused with a time to come back; the same request again is no other one; an ended one leaves room."""
    url = f"/v1/plans/{plan['id']}/simulations"
    keys = [{"Idempotency-Key": f"{plan['id']}-{number}"} for number in range(4)]
    # recorded, and not given to Temporal, which is away here
    asked = [(await api.post(url, json=ORDER | {"seed": at}, headers=key)).status_code for at, key in enumerate(keys)]
    assert asked == [202, 202, 202, 429]
    answer = await api.post(url, json=ORDER | {"seed": 3}, headers=keys[3])
    refused = problem(answer, 429, "too-many-simulations")
    assert ("3 simulations of site" in refused["detail"], answer.headers["retry-after"]) == (True, "60")
    assert (await api.post(url, json=ORDER | {"seed": 2}, headers=keys[2])).status_code == 202
    first, *_ = (await whole.get(url)).json()["items"]
    assert (await whole.post(f"{url}/{first['id']}/cancel")).json()["state"] == "cancelled"
    assert (await api.post(url, json=ORDER | {"seed": 3}, headers=keys[3])).status_code == 202


async def test_a_simulation_that_is_deleted_is_played_no_further(whole, api, plan, problem):
    """As by a cancel: it stays on record, and once more changes nothing."""
    url = f"/v1/plans/{plan['id']}/simulations"
    place = (await api.post(url, json=ORDER)).headers["location"]
    deleted = await whole.delete(place)
    assert (deleted.status_code, deleted.json()["state"]) == (202, "cancelled")
    assert (await whole.delete(place)).json() == (await whole.get(place)).json() == deleted.json()
    problem(await whole.delete(f"{url}/sim-none"), 404, "unknown-simulation")


async def test_without_room_no_site_is_read_for_a_request(api, store, plan, problem):
    """A thousand requests that are refused cost little: here the plan could not be read any more."""
    url = f"/v1/plans/{plan['id']}/simulations"
    assert [(await api.post(url, json=ORDER | {"seed": seed})).status_code for seed in range(3)] == [202] * 3
    async with store.database.write() as session:
        await session.execute(update(PlanRow).where(PlanRow.id == plan["id"]).values(body=b"{}"))
    problem(await api.post(url, json=ORDER), 429, "too-many-simulations")
