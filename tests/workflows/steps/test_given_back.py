"""A task whose holder cannot be asked is given back by another person, and the rotation goes on."""

from emulator.scenarios import one_server
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome


async def test_another_person_gives_back_the_task_of_an_absent_holder(played):
    """Bob is away with the task of the copy: eve gives it back for him, has it opened again, and it is done."""

    def copying(state):
        return played.work_of(state) == "copy_list"

    def gives_back(who, **fields):
        return lambda here: here.say(Move.TASK_REFUSED, who, "bob is ill", task_id=here.state.task.id, **fields)

    _claimed, refused, _given, again = deeds = played.in_turn(
        played.Deed(copying, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(copying, gives_back("eve")),
        played.Deed(copying, gives_back("eve", holder="bob")),
        played.Deed(played.asked("task-refused"), lambda here: here.say(Move.RETRY, "eve")),
    )
    async with played.play(*deeds, spec=one_server(clients=4, heartbeat=played.HEARTBEAT)) as here:
        here.absent = lambda state: not again.done and (copying(state) or played.asked("task-refused")(state))
        assert await here.run() is Outcome.COMPLETED
        tasks = [task for task in await here.stage.store.tasks.list() if task.work.kind == "copy_list"]
    assert [deed.answer.accepted for deed in deeds] == [True, False, True, True]
    assert "give it back for them" in refused.answer.findings[0].remedy
    first, second = sorted(tasks, key=lambda task: task.opened_at)
    assert (first.state, first.claimed_by, first.closed_by, first.note) == (
        TaskState.REFUSED,
        "bob",
        "eve",
        "bob is ill",
    )
    assert second.state is TaskState.DONE
    assert here.lost() == []
