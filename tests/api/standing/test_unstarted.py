"""What the service recorded and did not start, because it died in between, is taken up: on its start, or when asked."""

from datetime import UTC, datetime

import pytest

from api.rotation.starting import new_id
from api.standing.reconciler import Reconciler
from api.standing.unstarted import not_in_temporal, take_up
from engine.ids import rotation_workflow
from service.plans.restoring import restore_plan
from store.progress import NewRotation, Progress, RotationStatus

REASON = {"why": "a reason"}


@pytest.fixture
async def recorded(whole, plan, store, temporal, until):
    """Records, and does not start, a restore of a site whose rotation was torn off; gives its id."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON}
    torn = (await whole.post("/v1/rotations", json=order)).json()
    site = plan["site_id"]
    await until(lambda: store.originals.unrestored(site), lambda left: left)
    await temporal.get_workflow_handle(rotation_workflow(site)).terminate("torn off")
    now = datetime.now(UTC)
    await store.rotations.project(torn["id"], Progress(status=RotationStatus.TERMINATED), now)
    made = await restore_plan(store, site, await store.surveys.latest_complete(site), now=now)
    await store.plans.add(made)
    new = NewRotation(
        id=new_id(None), site_id=site, plan_id=made.id, plan_hash=made.hash, purpose="restore", started_by="ann",
        why="a reason",
    )  # fmt: skip
    return (await store.rotations.create(new, now))[0]


async def test_a_recorded_restore_is_taken_up_when_the_service_starts(connected, recorded, shown_when):
    """The service died between "recorded" and "started": back, it starts the restore; a second look finds it."""
    await take_up(connected)
    shown = await shown_when(recorded.id, lambda shown: shown["live"] and shown["updated_at"] != shown["created_at"])
    assert (shown["purpose"], shown["status"]) == ("restore", "running")
    assert await connected.store.rotations.unreported() == ()
    await take_up(connected)


async def test_a_recorded_restore_is_taken_up_by_the_same_request(whole, recorded, people, problem, shown_when):
    """The same request gets the restore that it recorded, however often; for another one the site is busy."""
    path = f"/v1/sites/{recorded.site_id}/restore"
    answer = await whole.post(path, json=REASON)
    assert (answer.status_code, answer.json()["id"]) == (202, recorded.id), answer.text
    await shown_when(recorded.id, lambda shown: shown["live"] and shown["updated_at"] != shown["created_at"])
    problem(await whole.post(path, json=REASON, headers=people["ben"]), 409, "site-busy")
    assert (await whole.post(path, json=REASON)).json()["id"] == recorded.id, "its answer may have been lost"


async def test_a_recorded_restore_is_taken_up_by_any_request_for_the_site(whole, recorded, people, problem, shown_when):
    """Another person's restore finds the site busy, with a restore that runs from then on."""
    answer = await whole.post(f"/v1/sites/{recorded.site_id}/restore", json=REASON, headers=people["ben"])
    assert recorded.id in problem(answer, 409, "site-busy")["detail"]
    await shown_when(recorded.id, lambda shown: shown["live"])


async def test_what_was_accepted_without_temporal_is_handed_over(whole, api, connected, plan):
    """A simulation is recorded and answered 202 while Temporal is away; the next look gives it to Temporal, once."""
    url = f"/v1/plans/{plan['id']}/simulations"
    accepted = await api.post(url, json={"runs": 100, "seed": 4})
    assert accepted.status_code == 202, accepted.text
    assert [each.id for each in await not_in_temporal(connected)] == [accepted.json()["id"]]
    for _ in range(2):
        await Reconciler(connected).look()
        assert await not_in_temporal(connected) == ()
    await whole.post(f"{url}/{accepted.json()['id']}/cancel")
