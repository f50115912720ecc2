import asyncio

import pytest

from rotation.plan.work.task import TaskState
from store.rotation.tasks import FileAlreadyTaken, TaskHeldByAnother, TaskNotInState, UnknownTask

WAITING = (TaskState.OPEN, TaskState.CLAIMED)


async def _claim(store, who, at):
    return await store.tasks.transition("task-1", [TaskState.OPEN], TaskState.CLAIMED, who=who, at=at)


async def test_a_task_is_kept_once(running, make):
    """A task comes back as it was added; added again it stays as it has become."""
    assert await running.tasks.add(make.task()) == make.task()
    await _claim(running, "ann", make.t0)
    assert (await running.tasks.add(make.task())).state is TaskState.CLAIMED


async def test_one_of_many_claims_a_task(running, make):
    """Of many operators who claim at once one holds the task; the refusal names the holder to the others."""
    await running.tasks.add(make.task())
    claims = await asyncio.gather(
        *(_claim(running, f"p{number}", make.t0) for number in range(6)), return_exceptions=True
    )
    holder = (await running.tasks.get("task-1")).claimed_by
    refused = [claim for claim in claims if isinstance(claim, TaskNotInState)]
    assert len(refused) == 5
    assert {refusal.task.claimed_by for refusal in refused} == {holder}


async def test_a_closed_task_says_who_and_how(running, make):
    """Closing records who, when, the note and the attestation; a closed task does not move."""
    await running.tasks.add(make.task())
    await _claim(running, "ann", make.t0)
    done = await running.tasks.transition(
        "task-1",
        WAITING,
        TaskState.DONE,
        who="ann",
        at=make.at(hours=1),
        note="went well",
        attestation={"sha256": "00"},
    )
    assert (done.closed_by, done.closed_at, done.note) == ("ann", make.at(hours=1), "went well")
    assert done.attestation == {"sha256": "00"}
    with pytest.raises(TaskNotInState, match="done"):
        await running.tasks.transition("task-1", WAITING, TaskState.WITHDRAWN, who="us", at=make.at(hours=2))
    assert await running.tasks.get("task-1") == done


async def test_a_file_is_handed_out_once_for_each_claim(running, make):
    """The holder takes the file once; giving the task back and claiming it again allows it once more."""
    await running.tasks.add(make.task())
    with pytest.raises(TaskNotInState):
        await running.tasks.issue_file("task-1", "ann", make.t0)
    for _ in range(2):
        await _claim(running, "ann", make.t0)
        with pytest.raises(TaskHeldByAnother):
            await running.tasks.issue_file("task-1", "bob", make.t0)
        takes = await asyncio.gather(
            *(running.tasks.issue_file("task-1", "ann", make.t0) for _ in range(4)), return_exceptions=True
        )
        assert [type(take) for take in takes].count(FileAlreadyTaken) == 3
        back = await running.tasks.transition("task-1", WAITING, TaskState.OPEN, who="ann", at=make.t0)
        assert back.claimed_by == ""


async def test_tasks_are_listed_by_what_is_asked(running, make):
    """Lists take states, a site and a rotation; no states at all is every state."""
    for name in ("task-1", "task-2"):
        await running.tasks.add(make.task(name))
    await _claim(running, "ann", make.t0)
    listed = running.tasks.list
    assert [task.id for task in await listed([TaskState.OPEN])] == ["task-2"]
    assert [task.id for task in await listed(WAITING, site_id="site-1")] == ["task-1", "task-2"]
    assert [task.id for task in await listed(rotation_id="rot-1")] == ["task-1", "task-2"]
    assert await listed(site_id="site-2") == ()


async def test_an_unknown_task_is_named(running, make):
    """A question about a task that is not kept says so."""
    for question in (
        running.tasks.get("none"),
        running.tasks.issue_file("none", "ann", make.t0),
        running.tasks.transition("none", WAITING, TaskState.DONE, who="ann", at=make.t0),
    ):
        with pytest.raises(UnknownTask, match="none"):
            await question
