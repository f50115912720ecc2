"""Tasks of a rotation that was ended from outside: no restore begins while a person may be at the site's console."""

import pytest

from engine.ids import rotation_workflow

REASON = {"why": "a reason"}


@pytest.fixture
async def rotation(whole, plan):
    """A rotation that has just started."""
    answer = await whole.post("/v1/rotations", json={"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON})
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.fixture
async def task(whole, rotation, until):
    """Its first console task."""

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation["id"]})).json()["items"]

    return (await until(look, lambda items: items))[0]


@pytest.fixture
async def tear(temporal, site):
    """Ends the rotation from outside."""

    async def terminate():
        await temporal.get_workflow_handle(rotation_workflow(site)).terminate("torn off")

    return terminate


async def state_of(whole, task):
    """Where a task stands, and who has closed it."""
    shown = (await whole.get(f"/v1/tasks/{task['id']}")).json()
    return shown["state"], shown["closed_by"]


async def test_the_holder_gives_the_task_back_before_a_restore(whole, site, task, tear, *, people, problem):
    """The refusal names the task, its holder, and the way out; after that the restore starts."""
    path = f"/v1/tasks/{task['id']}"
    claimed = await whole.post(f"{path}/claim", json={}, headers=people["olga"])
    assert claimed.status_code == 200, claimed.text
    await tear()
    refusal = problem(await whole.post(f"/v1/sites/{site}/restore", json=REASON), 409, "task-held")
    assert "olga" in refusal["detail"]
    assert f"POST {path}/refused" in refusal["remedy"]
    assert (await whole.post(f"{path}/refused", json=REASON, headers=people["olga"])).json()["state"] == "refused"
    answer = await whole.post(f"/v1/sites/{site}/restore", json=REASON)
    assert answer.status_code == 202, answer.text
    assert await state_of(whole, task) == ("refused", "olga")


async def test_a_done_task_is_reported_after_the_rotation_ended(whole, task, tear, people, problem):
    """Its holder reports it, and no other person; no person can claim it any more."""
    path, olga = f"/v1/tasks/{task['id']}", people["olga"]
    assert (await whole.post(f"{path}/claim", json={}, headers=olga)).status_code == 200
    await tear()
    refusal = problem(await whole.post(f"{path}/done", json={}, headers=people["ben"]), 409, "task-done-refused")
    assert "olga" in refusal["detail"]
    problem(await whole.post(f"{path}/claim", json={}, headers=olga), 409, "rotation-ended")
    assert (await whole.post(f"{path}/done", json={}, headers=olga)).json()["state"] == "done"
    problem(await whole.post(f"{path}/done", json={}, headers=olga), 409, "task-not-in-state")


async def test_another_person_gives_back_a_task_its_holder_left(whole, site, task, tear, people):
    """A holder who cannot be reached does not block a restore."""
    path = f"/v1/tasks/{task['id']}"
    assert (await whole.post(f"{path}/claim", json={}, headers=people["olga"])).status_code == 200
    await tear()
    assert (await whole.post(f"{path}/refused", json=REASON)).status_code == 200
    assert await state_of(whole, task) == ("refused", "ann")
    assert (await whole.post(f"/v1/sites/{site}/restore", json=REASON)).status_code == 202


async def test_a_restore_withdraws_an_unclaimed_task(whole, site, task, tear):
    """No person has claimed it, and it is not wanted any more."""
    await tear()
    assert (await whole.post(f"/v1/sites/{site}/restore", json=REASON)).status_code == 202
    assert await state_of(whole, task) == ("withdrawn", "the service")
