"""Whether the proof of a claimed replacement counts, in the list of tasks and in the task itself."""

from datetime import UTC, datetime, timedelta

from api.standing.reconciler import Reconciler
from rotation.plan.work.task import TaskState
from tests.api.standing.test_standing import alone, api, handle, rotation

__all__ = ["alone", "api", "rotation"]


async def test_no_proof_of_a_rotation_that_was_ended_from_outside_counts(api, unstaffed, rotation):
    """The store still has the rotation as running: neither the list nor the task shows a time any more."""
    (task,) = await unstaffed.store.tasks.list(rotation_id=rotation["id"])
    now, until = datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=30)
    claim = {"who": "ann", "at": now, "counts": (until, until)}
    await unstaffed.store.tasks.transition(task.id, [TaskState.OPEN], TaskState.CLAIMED, **claim)

    async def shown():
        (listed,) = (await api.get("/v1/tasks", params={"state": TaskState.CLAIMED})).json()["items"]
        assert listed == (await api.get(f"/v1/tasks/{task.id}")).json()
        return listed["proof_until"] is not None, listed["begin_until"] is not None

    assert await shown() == (True, True)
    await handle(unstaffed, rotation).terminate("pulled out")
    await Reconciler(unstaffed).look()
    assert await shown() == (False, False)
